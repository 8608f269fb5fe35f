package keys

import (
	"bytes"

	"github.com/weirdb/weir/engine/spill"
)

// byteTable numbers keys of any bytes and an owner; see wordTable for the owner and the probing. The bytes of all keys lie one
// behind the other in an arena, but a short key is compared by its digest alone.
//
//	slots   [ ] [tag id=0] [tag id=2] [ ] [tag id=1]       see tagSlot
//	cells   id 0: digest, at 0, 4 long    id 1: digest, at 4, 5 long    id 2: …
//	arena   a b c d e f g h i …
//
// Keys are found in two passes over a part of the batch, so that the processor may look up several at a time: one makes
// the digests and hashes, the other probes.
type byteTable struct {
	slots  []tagSlot
	shift  uint
	cells  []byteCell
	arena  []byte
	probes [probesAtOnce]probe
}

const probesAtOnce = 256

type byteCell struct {
	digest
	start  int
	length uint32
	owner  uint32
}

// probe is a key to look up, which is data[from:from+length].
type probe struct {
	digest
	hash   uint64
	from   int
	length uint32
	owner  uint32
}

func newByteTable() *byteTable {
	return &byteTable{slots: make([]tagSlot, 1<<firstSlotBits), shift: 64 - firstSlotBits}
}

// key returns the bytes of key id.
func (t *byteTable) key(id uint32) []byte {
	c := &t.cells[id]
	return t.arena[c.start : c.start+int(c.length)]
}

func (t *byteTable) start(id uint32) int { return t.cells[id].start }

// prepare makes probes for the texts of rows; what lies under NULL does not count. rows are at most probesAtOnce.
func (t *byteTable) prepare(data []byte, offsets []int32, rows, owners []uint32) {
	probes := t.probes[:len(rows)]
	owners = owners[:len(rows)]
	for i, r := range rows {
		from, owner := int(offsets[r]), owners[i]
		n := int(offsets[r+1]) - from
		if owner&1 != 0 {
			n = 0
		}
		var d digest
		if n <= shortText && from+shortText <= len(data) {
			d = shortDigest(data[from:from+shortText], n) // what digestOf does, without a call
		} else {
			d = digestOf(data, from, n)
		}
		// Field by field: a whole probe would be made elsewhere, and copied in pieces that the processor has to wait for.
		k := &probes[i]
		k.head, k.tail, k.hash = d.head, d.tail, d.hash(n, owner)
		k.from, k.length, k.owner = from, uint32(n), owner
	}
}

// prepareOne makes the i-th probe, for data[from:to].
func (t *byteTable) prepareOne(i int, data []byte, from, to int, owner uint32) {
	d := digestOf(data, from, to-from)
	t.probes[i] = probe{d, d.hash(to-from, owner), from, uint32(to - from), owner}
}

// find sets groups[i] to the number of the i-th probe.
func (t *byteTable) find(data []byte, groups []uint32) {
	slots, shift := t.slots, t.shift&63 // kept in registers; insert may change them
	mask := uint64(len(slots) - 1)
	for i := range t.probes[:len(groups)] {
		k := &t.probes[i]
		p := k.hash >> shift
		slot := slots[p&mask]
		for slot.id != 0 && (slot.tag != tagOf(k.hash) || !t.holds(slot.id-1, k, data)) {
			p++
			slot = slots[p&mask]
		}
		if slot.id == 0 {
			slot.id = t.insert(p&mask, k, data)
			slots, shift = t.slots, t.shift&63
			mask = uint64(len(slots) - 1)
		}
		groups[i] = slot.id - 1
	}
}

func (t *byteTable) holds(id uint32, k *probe, data []byte) bool {
	c := &t.cells[id]
	if c.digest != k.digest || c.length != k.length || c.owner != k.owner {
		return false
	}
	return k.length <= shortText || bytes.Equal(t.key(id), data[k.from:k.from+int(k.length)])
}

// insert returns the number of a new key plus one.
func (t *byteTable) insert(at uint64, k *probe, data []byte) uint32 {
	t.cells = append(spill.Grow(t.cells, 1), byteCell{k.digest, len(t.arena), k.length, k.owner})
	t.arena = append(spill.Grow(t.arena, int(k.length)), data[k.from:k.from+int(k.length)]...)
	id := uint32(len(t.cells))
	t.slots[at] = tagSlot{tagOf(k.hash), id}
	if len(t.cells)*2 > len(t.slots) {
		t.grow()
	}
	return id
}

func (t *byteTable) grow() {
	t.shift--
	t.slots = spread(t.slots, t.shift)
}

func (t *byteTable) free() {
	spill.Free(t.slots)
	spill.Free(t.cells)
	spill.Free(t.arena)
	t.slots, t.cells, t.arena = nil, nil, nil
}

func (t *byteTable) reset() {
	clear(t.slots)
	t.cells, t.arena = t.cells[:0], t.arena[:0]
}
