package join

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine/spill"
	"github.com/weirdb/weir/operators/keys"
)

// nulls are the rows of a column that are NULL. A page without any is nil, a column without any costs nothing.
type nulls [][]bool

// append adds the rows of a, which come behind the first known ones.
func (n *nulls) append(a arrow.Array, rows []uint32, known int) {
	valid := keys.ValidityOf(a)
	if !valid.Any() {
		return
	}
	for i, r := range rows {
		if valid.Null(r) {
			n.mark(uint32(known + i))
		}
	}
}

func (n *nulls) mark(id uint32) {
	for int(id>>pageBits) >= len(*n) {
		*n = append(*n, nil)
	}
	page := &(*n)[id>>pageBits]
	if *page == nil {
		*page = spill.Make[bool](pageRows)
	}
	(*page)[id&pageMask] = true
}

func (n *nulls) free() {
	for _, page := range *n {
		spill.Free(page)
	}
	*n = nil
}

func (n nulls) has(id uint32) bool {
	p := int(id >> pageBits)
	return p < len(n) && n[p] != nil && n[p][id&pageMask]
}

// take returns the validity bitmap of the rows, nil if nothing is NULL.
func (n nulls) take(mem memory.Allocator, ids []uint32) *memory.Buffer {
	if len(n) == 0 {
		return nil
	}
	buf, bits := zeroBits(mem, len(ids))
	for i, id := range ids {
		if !n.has(id) {
			bits[i>>3] |= 1 << (i & 7)
		}
	}
	return buf
}
