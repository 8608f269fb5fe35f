package keys

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// Keep forgets all keys but those of the given groups, which are numbered anew: groups[i] becomes i. Owners are forgotten.
//
//	groups before   0:a  1:b  2:c  3:d      Keep(1, 3)
//	groups after    0:b  1:d
func (t *Table) Keep(groups []uint32) {
	columns := t.arrays(groups)
	t.free()
	t.numbering, _ = newNumbering(t.columns) // New has accepted the columns; Reset would keep the memory of the many
	renumbered := make([]uint32, len(groups))
	t.Find(columns, Iota(nil, len(groups)), renumbered)
	for _, c := range columns {
		c.Release()
	}
}

// arrays are the keys of the groups, on the Go heap.
func (t *Table) arrays(groups []uint32) []arrow.Array {
	builders := make([]array.Builder, len(t.columns))
	for i, c := range t.columns {
		builders[i] = array.NewBuilder(memory.DefaultAllocator, c)
		defer builders[i].Release()
	}
	t.Append(builders, groups)
	columns := make([]arrow.Array, len(builders))
	for i, b := range builders {
		columns[i] = b.NewArray()
	}
	return columns
}
