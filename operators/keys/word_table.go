package keys

import (
	"slices"

	"github.com/weirdb/weir/engine/spill"
)

// wordTable numbers keys of one word and an owner by open addressing with linear probing. owner<<1 has a spare low bit that
// says that the word stands for NULL.
//
//	slots   [ ] [k=7 id=0] [k=3 id=2] [ ] [k=9 id=1]     at most half full; stored ids are one more, so that 0 is free
//	cells   id 0: 7   id 1: 9   id 2: 3
type wordTable struct {
	slots []wordSlot
	shift uint // 64 less the bits of a slot's number
	cells []wordCell
}

type wordSlot struct {
	word  uint64
	owner uint32
	id    uint32
}

type wordCell struct {
	word  uint64
	owner uint32
}

const firstSlotBits = 6

func newWordTable() *wordTable {
	return &wordTable{slots: make([]wordSlot, 1<<firstSlotBits), shift: 64 - firstSlotBits}
}

func slotHash(word uint64, owner uint32) uint64 {
	x := word ^ uint64(owner)*0xff51afd7ed558ccd
	x ^= x >> 32
	x *= 0x9fb21c651e98df25
	x ^= x >> 28
	return x * emptyHash
}

// find sets groups[i] to the number of words[i] with owners[i].
func (t *wordTable) find(words []uint64, owners []uint32, groups []uint32) {
	owners, groups = owners[:len(words)], groups[:len(words)]
	slots, shift := t.slots, t.shift&63 // kept in registers; insert may change them
	mask := uint64(len(slots) - 1)
	for i, w := range words {
		owner := owners[i]
		p := slotHash(w, owner) >> shift
		slot := &slots[p&mask]
		for slot.id != 0 && (slot.word != w || slot.owner != owner) {
			p++
			slot = &slots[p&mask]
		}
		if slot.id != 0 {
			groups[i] = slot.id - 1
			continue
		}
		groups[i] = t.insert(slot, w, owner)
		slots, shift = t.slots, t.shift&63
		mask = uint64(len(slots) - 1)
	}
}

func (t *wordTable) insert(slot *wordSlot, word uint64, owner uint32) uint32 {
	id := uint32(len(t.cells))
	t.cells = append(spill.Grow(t.cells, 1), wordCell{word, owner})
	*slot = wordSlot{word, owner, id + 1}
	if len(t.cells)*2 > len(t.slots) {
		t.grow()
	}
	return id
}

func (t *wordTable) grow() {
	old := t.slots
	t.shift--
	t.slots = spill.Make[wordSlot](2 * len(old))
	mask := uint64(len(t.slots) - 1)
	for part := range slices.Chunk(old, slotsAtOnce) { // as in spread
		for _, s := range part {
			if s.id == 0 {
				continue
			}
			p := slotHash(s.word, s.owner) >> t.shift
			for t.slots[p&mask].id != 0 {
				p++
			}
			t.slots[p&mask] = s
		}
		spill.Trim()
	}
	spill.Free(old)
}

func (t *wordTable) free() {
	spill.Free(t.slots)
	spill.Free(t.cells)
	t.slots, t.cells = nil, nil
}

func (t *wordTable) reset() {
	clear(t.slots)
	t.cells = t.cells[:0]
}
