package keys

import (
	"bytes"

	"github.com/zeebo/xxh3"
)

// byteTable numbers keys of any bytes and an owner; see wordTable for the owner and the probing. The bytes of all keys lie one
// behind the other in an arena.
//
//	slots   [ ] [tag id=0] [tag id=2] [ ] [tag id=1]       the tag is half of the hash: few keys are compared in vain
//	cells   id 0: ends at 4    id 1: ends at 9    id 2: …
//	arena   a b c d e f g h i …
type byteTable struct {
	slots []byteSlot
	shift uint
	cells []byteCell
	arena []byte
}

type byteSlot struct{ tag, id uint32 }

type byteCell struct {
	hash  uint64
	end   int
	owner uint32
}

func newByteTable() *byteTable {
	return &byteTable{slots: make([]byteSlot, 1<<firstSlotBits), shift: 64 - firstSlotBits}
}

// key returns the bytes of key id.
func (t *byteTable) key(id uint32) []byte { return t.arena[t.start(id):t.cells[id].end] }

func (t *byteTable) start(id uint32) int {
	if id == 0 {
		return 0
	}
	return t.cells[id-1].end
}

// find returns the number of a key, and whether it is a new one.
func (t *byteTable) find(key []byte, owner uint32) (id uint32, fresh bool) {
	hash := xxh3.Hash(key) ^ uint64(owner)*emptyHash
	mask := uint64(len(t.slots) - 1)
	for p := hash >> t.shift; ; p++ {
		slot := t.slots[p&mask]
		if slot.id == 0 {
			return t.insert(p&mask, hash, key, owner), true
		}
		if slot.tag == uint32(hash) && t.cells[slot.id-1].owner == owner && bytes.Equal(t.key(slot.id-1), key) {
			return slot.id - 1, false
		}
	}
}

func (t *byteTable) insert(at, hash uint64, key []byte, owner uint32) uint32 {
	id := uint32(len(t.cells))
	t.arena = append(t.arena, key...)
	t.cells = append(t.cells, byteCell{hash, len(t.arena), owner})
	t.slots[at] = byteSlot{uint32(hash), id + 1}
	if len(t.cells)*8 > len(t.slots)*5 {
		t.grow()
	}
	return id
}

func (t *byteTable) grow() {
	t.shift--
	t.slots = make([]byteSlot, len(t.slots)*2)
	mask := uint64(len(t.slots) - 1)
	for id, c := range t.cells {
		p := c.hash >> t.shift
		for t.slots[p&mask].id != 0 {
			p++
		}
		t.slots[p&mask] = byteSlot{uint32(c.hash), uint32(id) + 1}
	}
}

func (t *byteTable) reset() {
	clear(t.slots)
	t.cells, t.arena = t.cells[:0], t.arena[:0]
}
