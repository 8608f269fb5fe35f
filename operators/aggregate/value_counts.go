package aggregate

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/spill"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

// valueCounts is how often each value comes in each group: values owned by their group, in one table for all groups.
type valueCounts struct {
	chains // of the values of each group, in the order of their first rows
	table  *keys.Table
	n      []int64 // by value
	nan    []bool  // by value, for floats: DuckDB takes each NaN for a value of its own
	kind   types.Type

	ids    []uint32
	merged selection
}

func newValueCounts(t types.Type) valueCounts {
	table, err := keys.New(layouts([]types.Type{t}))
	if err != nil {
		panic(err) // every type of package types can be a key
	}
	return valueCounts{table: table, kind: t}
}

func (c *valueCounts) reset() {
	if c.table.Len() > maxFreeGroups {
		c.free()
		*c = newValueCounts(c.kind)
		return
	}
	c.chains.reset()
	c.table.Reset()
	c.n, c.nan = emptied(c.n), emptied(c.nan)
}

func (c *valueCounts) free() {
	c.chains.free()
	c.table.Free()
	spill.Free(c.n)
	spill.Free(c.nan)
	c.n, c.nan = nil, nil
}

func (c *valueCounts) bytes(group uint32) int { return c.share(group, c.table.Bytes()+8*len(c.n)) }

func (c *valueCounts) update(groups, rows []uint32, args []arrow.Array) error {
	for _, id := range c.find(groups, rows, args) {
		c.n[id]++
	}
	return nil
}

// find numbers the values of rows, and makes room for new ones.
func (c *valueCounts) find(groups, rows []uint32, args []arrow.Array) []uint32 {
	c.ids = slices.Grow(c.ids[:0], len(rows))[:len(rows)]
	c.table.FindOwned(args, groups, rows, c.ids)
	for i, id := range c.ids {
		if int(id) == len(c.n) { // new ones are numbered in the order of the rows
			c.n = append(spill.Grow(c.n, 1), 0)
			c.link(groups[i])
			c.noteNaN(args[0], rows[i])
		}
	}
	return c.ids
}

func (c *valueCounts) noteNaN(a arrow.Array, row uint32) {
	switch c.kind.ID {
	case types.Float:
		v := keys.Values[float32](a)[row]
		c.nan = append(spill.Grow(c.nan, 1), v != v)
	case types.Double:
		v := keys.Values[float64](a)[row]
		c.nan = append(spill.Grow(c.nan, 1), v != v)
	}
}

// alone reports whether a value's rows are each a value of their own.
func (c *valueCounts) alone(id uint32) bool { return len(c.nan) > 0 && c.nan[id] }

func (c *valueCounts) state() []types.Type {
	return []types.Type{types.ListOf(c.kind), types.ListOf(types.Of(types.BigInt))}
}

func (c *valueCounts) save(groups []uint32, b []array.Builder) {
	values, counts := b[0].(*array.ListBuilder), b[1].(*array.ListBuilder)
	builders := []array.Builder{values.ValueBuilder()}
	for _, g := range groups {
		values.Append(true)
		counts.Append(true)
		for rest := c.first(g); rest != 0; {
			c.ids, rest = c.some(c.ids[:0], rest)
			c.table.Append(builders, c.ids)
			for _, id := range c.ids {
				counts.ValueBuilder().(*array.Int64Builder).Append(c.n[id])
			}
		}
	}
}

func (c *valueCounts) merge(groups, rows []uint32, saved []arrow.Array) error {
	counts := c.merged.flatten(saved[1], groups, rows)
	from := slices.Clone(c.merged.rows) // the two lists need not begin at the same place
	values := c.merged.flatten(saved[0], groups, rows)
	n := keys.Values[int64](counts)
	for i, id := range c.find(c.merged.groups, c.merged.rows, []arrow.Array{values}) {
		c.n[id] += n[from[i]]
	}
	return nil
}
