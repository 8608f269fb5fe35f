package aggregate

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

// distinct is the exact set of arguments that each group has seen: keys owned by their group, in one table for all groups.
type distinct struct {
	table *keys.Table
	ids   []uint32
}

func newDistinct(args []types.Type) (*distinct, error) {
	table, err := keys.New(layouts(args))
	return &distinct{table: table}, err
}

// find numbers the arguments of each row within its group.
func (d *distinct) find(args []arrow.Array, groups, rows []uint32) []uint32 {
	d.ids = slices.Grow(d.ids[:0], len(rows))[:len(rows)]
	d.table.FindOwned(args, groups, rows, d.ids)
	return d.ids
}

func layouts(ts []types.Type) []arrow.DataType {
	out := make([]arrow.DataType, len(ts))
	for i, t := range ts {
		out[i] = t.Arrow()
	}
	return out
}
