package keys

import (
	"math/bits"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/spill"
)

// packedKeys is for several columns of at most 64 bits each. A key is a row of words: one for each column, and a last one for
// the owner and for which columns are NULL.
//
//	packed   a0 b0 m0 | a1 b1 m1 | …     the rows in hand
//	cells    a0 b0 m0 | a4 b4 m4 | …     the keys, by number
type packedKeys struct {
	stride int
	n      uint32 // how many keys there are
	slots  []tagSlot
	shift  uint
	cells  []uint64

	words, packed []uint64
	probes        []uint64 // hashes of the rows in hand, without their last words
	valid         []bool
}

func packable(columns []arrow.DataType) bool {
	for _, t := range columns {
		if !wordSized(t) || floating(t) {
			return false
		}
	}
	return len(columns) <= 32
}

func newPackedKeys(columns int) *packedKeys {
	return &packedKeys{stride: columns + 1, slots: make([]tagSlot, 1<<firstSlotBits), shift: 64 - firstSlotBits}
}

func (k *packedKeys) find(columns []arrow.Array, rows, owners, groups []uint32) {
	k.pack(columns, rows, owners)
	mask := uint64(len(k.slots) - 1)
	for i, hash := range k.probes[:len(rows)] {
		key := k.packed[i*k.stride : (i+1)*k.stride]
		hash = mixWord(hash, key[len(key)-1]) * emptyHash
		p := hash >> k.shift
		slot := k.slots[p&mask]
		for slot.id != 0 && (slot.tag != tagOf(hash) || !k.equal(slot.id-1, key)) {
			p++
			slot = k.slots[p&mask]
		}
		if slot.id == 0 {
			slot.id = k.insert(p&mask, hash, key) + 1
			mask = uint64(len(k.slots) - 1)
		}
		groups[i] = slot.id - 1
	}
}

// pack lays the rows' words side by side, and hashes all but the last, a column at a time.
func (k *packedKeys) pack(columns []arrow.Array, rows, owners []uint32) {
	n, last := len(rows), k.stride-1
	k.words = slices.Grow(k.words[:0], n)[:n]
	k.probes = slices.Grow(k.probes[:0], n)[:n]
	k.packed = slices.Grow(k.packed[:0], n*k.stride)[:n*k.stride]
	for i, owner := range owners {
		k.packed[i*k.stride+last] = uint64(owner) << 32
		k.probes[i] = emptyHash
	}
	for c, a := range columns {
		words(a, rows, k.words)
		k.packColumn(c)
		k.packNulls(a, rows, c)
	}
}

func (k *packedKeys) packColumn(c int) {
	packed, probes := k.packed[c:], k.probes[:len(k.words)]
	for i, w := range k.words {
		packed[i*k.stride] = w
		probes[i] = mixWord(probes[i], w)
	}
}

func mixWord(h, w uint64) uint64 {
	h = (bits.RotateLeft64(h, 29) ^ w) * multiply
	return h ^ h>>32
}

func (k *packedKeys) packNulls(a arrow.Array, rows []uint32, column int) {
	valid := ValidityOf(a)
	if !valid.Any() {
		return
	}
	for i, r := range rows {
		if valid.Null(r) {
			k.packed[(i+1)*k.stride-1] |= 1 << column
		}
	}
}

func (k *packedKeys) equal(id uint32, key []uint64) bool {
	cell := k.cells[int(id)*k.stride:]
	for i, w := range key {
		if cell[i] != w {
			return false
		}
	}
	return true
}

func (k *packedKeys) insert(at, hash uint64, key []uint64) uint32 {
	id := k.n
	k.n++
	k.cells = append(spill.Grow(k.cells, len(key)), key...)
	k.slots[at] = tagSlot{tagOf(hash), id + 1}
	if 2*int(k.n) > len(k.slots) {
		k.shift--
		k.slots = spread(k.slots, k.shift)
	}
	return id
}

func (k *packedKeys) append(builders []array.Builder, groups []uint32) {
	for c := range k.stride - 1 {
		k.words, k.valid = k.words[:0], k.valid[:0]
		null := uint64(0)
		for _, g := range groups {
			cell := k.cells[int(g)*k.stride : int(g+1)*k.stride]
			isNull := cell[k.stride-1] >> c & 1
			k.words, k.valid = append(k.words, cell[c]), append(k.valid, isNull == 0)
			null |= isNull
		}
		appendWords(builders[c], k.words, validOrNil(k.valid, null != 0))
	}
}

func (k *packedKeys) owner(group uint32) uint32 {
	return uint32(k.cells[int(group+1)*k.stride-1] >> 32)
}

func (k *packedKeys) length() int { return int(k.n) }

func (k *packedKeys) bytes() int { return 8 * len(k.cells) }

func (k *packedKeys) free() {
	spill.Free(k.slots)
	spill.Free(k.cells)
	k.slots, k.cells = nil, nil
}

func (k *packedKeys) reset() {
	clear(k.slots)
	k.cells, k.n = k.cells[:0], 0
}
