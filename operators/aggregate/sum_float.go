package aggregate

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

// floatTotal is a sum and how many values it is of.
type floatTotal struct {
	sum float64
	n   int64
}

// floatSum sums FLOAT and DOUBLE in the order of the rows, as DuckDB's sum does.
type floatSum[T float32 | float64] struct {
	cells[floatTotal]
	results results[float64]
}

func (s *floatSum[T]) update(groups, rows []uint32, args []arrow.Array) error {
	values, at := keys.Values[T](args[0]), s.at
	rows = rows[:len(groups)]
	for i, g := range groups {
		at[g].sum += float64(values[rows[i]])
		at[g].n++
	}
	return nil
}

func (s *floatSum[T]) state() []types.Type {
	return []types.Type{types.Of(types.Double), types.Of(types.BigInt)}
}

func (s *floatSum[T]) save(groups []uint32, b []array.Builder) {
	sums, counts := b[0].(*array.Float64Builder), b[1].(*array.Int64Builder)
	for _, g := range groups {
		sums.Append(s.at[g].sum)
		counts.Append(s.at[g].n)
	}
}

func (s *floatSum[T]) merge(groups, rows []uint32, saved []arrow.Array) error {
	sums, counts := keys.Values[float64](saved[0]), keys.Values[int64](saved[1])
	for i, g := range groups {
		s.at[g].sum += sums[rows[i]]
		s.at[g].n += counts[rows[i]]
	}
	return nil
}

func (s *floatSum[T]) result(groups []uint32, b array.Builder) error {
	return s.finish(groups, b, func(t floatTotal) float64 { return t.sum })
}

func (s *floatSum[T]) finish(groups []uint32, b array.Builder, final func(floatTotal) float64) error {
	s.results.begin(len(groups))
	for _, g := range groups {
		s.results.add(final(s.at[g]), s.at[g].n > 0)
	}
	s.results.appendTo(b.(*array.Float64Builder))
	return nil
}
