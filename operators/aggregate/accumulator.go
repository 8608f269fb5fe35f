package aggregate

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/spill"
	"github.com/weirdb/weir/engine/types"
)

// accumulator computes one aggregate for groups 0 … n-1, as columns of partial results. Its loops are typed: a call goes
// through the interface once a batch, not once a row.
//
//	groups   0 0 2 1 0     group of each row, to update
//	rows     0 1 2 4 5     position of each row in the arguments; row 3 was NULL or filtered out
type accumulator interface {
	// grow makes room for groups 0 … n-1. New ones have seen no row.
	grow(n int)
	// update adds rows[i] of the arguments to groups[i]. No argument is NULL at these rows, unless the function takes NULLs.
	update(groups, rows []uint32, args []arrow.Array) error
	// state lists the types of the columns that hold a partial result.
	state() []types.Type
	// save appends the partial results of the groups, one column a builder.
	save(groups []uint32, b []array.Builder)
	// merge adds rows[i] of saved columns to groups[i].
	merge(groups, rows []uint32, saved []arrow.Array) error
	// result appends the final results of the groups. It changes nothing.
	result(groups []uint32, b array.Builder) error
	// reset forgets all groups and keeps the memory.
	reset()
	// free gives the memory back. The accumulator is not used afterwards.
	free()
}

// cells is one partial result for each group.
type cells[T any] struct{ at []T }

func (c *cells[T]) grow(n int) {
	if n <= len(c.at) {
		return
	}
	old := len(c.at)
	c.at = spill.Grow(c.at, n-old)[:n]
	clear(c.at[old:])
}

func (c *cells[T]) reset() { c.at = c.at[:0] }

func (c *cells[T]) free() {
	spill.Free(c.at)
	c.at = nil
}

// appender is what Arrow's builders of fixed-width values have in common. Nil valid says that nothing is NULL.
type appender[T any] interface {
	AppendValues(values []T, valid []bool)
}

// results gathers a column of final values, which builders take in one call. The zero value is ready; begin empties it.
type results[T any] struct {
	values []T
	valid  []bool
	nulls  bool
}

func (r *results[T]) begin(n int) {
	r.values, r.valid, r.nulls = slices.Grow(r.values[:0], n), slices.Grow(r.valid[:0], n), false
}

func (r *results[T]) add(v T, valid bool) {
	r.values, r.valid = append(r.values, v), append(r.valid, valid)
	r.nulls = r.nulls || !valid
}

func (r *results[T]) appendTo(b appender[T]) {
	if r.nulls {
		b.AppendValues(r.values, r.valid)
		return
	}
	b.AppendValues(r.values, nil)
}
