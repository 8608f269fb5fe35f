package keys

import (
	"slices"

	"github.com/weirdb/weir/engine/spill"
)

// tagSlot is a slot of a table whose keys lie elsewhere. The tag is the upper half of the key's hash: few keys are compared in vain, and a table
// grows without a look at them.
type tagSlot struct{ tag, id uint32 } // id is one more than the key's number; 0 is a free slot

func tagOf(hash uint64) uint32 { return uint32(hash >> 32) }

// spread frees slots, and returns twice as many with what they held; shift is 64 less the bits of a new slot's number. A slot's number is the
// upper bits of the hash, so the old slots are read, and the new ones written, from front to back: in large tables, which may lie in files, any
// other order is a cache miss or a page fault for each key. Between parts of them, pages are let go if there are too many.
//
//	old   [a] [b] [ ] [c]
//	new   [ ] [a] [b] [ ] [ ] [ ] [c] [ ]
func spread(old []tagSlot, shift uint) []tagSlot {
	slots := spill.Make[tagSlot](2 * len(old))
	mask := uint64(len(slots) - 1)
	for part := range slices.Chunk(old, slotsAtOnce) {
		for _, s := range part {
			if s.id == 0 {
				continue
			}
			p := uint64(s.tag) << 32 >> shift
			for slots[p&mask].id != 0 {
				p++
			}
			slots[p&mask] = s
		}
		spill.Trim()
	}
	spill.Free(old)
	return slots
}

// slotsAtOnce is how many slots are moved before pages are let go.
const slotsAtOnce = 1 << 20
