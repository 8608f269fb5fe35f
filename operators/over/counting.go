package over

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

// grown lengthens a slice of states to n.
func grown[T any](states []T, n int) []T {
	for len(states) < n {
		var zero T
		states = append(states, zero)
	}
	return states
}

// counting counts rows: row_number and count.
type counting struct{ n []int64 }

func (c *counting) grow(partitions int) { c.n = grown(c.n, partitions) }
func (c *counting) use(arrow.Array)     {}
func (c *counting) begin(uint32)        {}
func (c *counting) add(p, _ uint32)     { c.n[p]++ }
func (c *counting) state() []types.Type { return []types.Type{types.Of(types.BigInt)} }
func (c *counting) result(p uint32, b array.Builder) {
	b.(*array.Int64Builder).Append(c.n[p])
}

func (c *counting) save(p uint32, b []array.Builder) { b[0].(*array.Int64Builder).Append(c.n[p]) }
func (c *counting) load(p uint32, columns []arrow.Array, row int) error {
	c.n[p] = keys.Values[int64](columns[0])[row]
	return nil
}

// ranking counts the rows before the current row's peers, or, if dense, the times before.
//
//	times   1 1 2 2 3
//	rank    1 1 3 3 5
//	dense   1 1 2 2 3
type ranking struct {
	dense bool
	at    []rank
}

type rank struct{ rows, rank int64 }

func (r *ranking) grow(partitions int) { r.at = grown(r.at, partitions) }
func (r *ranking) use(arrow.Array)     {}

func (r *ranking) begin(p uint32) {
	if r.dense {
		r.at[p].rank++
		return
	}
	r.at[p].rank = r.at[p].rows + 1
}

func (r *ranking) add(p, _ uint32)                  { r.at[p].rows++ }
func (r *ranking) result(p uint32, b array.Builder) { b.(*array.Int64Builder).Append(r.at[p].rank) }

func (r *ranking) state() []types.Type {
	return []types.Type{types.Of(types.BigInt), types.Of(types.BigInt)}
}

func (r *ranking) save(p uint32, b []array.Builder) {
	b[0].(*array.Int64Builder).Append(r.at[p].rows)
	b[1].(*array.Int64Builder).Append(r.at[p].rank)
}

func (r *ranking) load(p uint32, columns []arrow.Array, row int) error {
	r.at[p] = rank{keys.Values[int64](columns[0])[row], keys.Values[int64](columns[1])[row]}
	return nil
}
