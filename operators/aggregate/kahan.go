package aggregate

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

var (
	kahanSum = kahanFunction("Sum of the values, with what rounding loses carried along; NULL where there are none.",
		func(t carriedTotal) float64 { return t.sum }, "kahan_sum", "fsum", "sumkahan")
	kahanAvg = kahanFunction("Mean of the values, with what rounding loses carried along; NULL where there are none.",
		func(t carriedTotal) float64 { return t.sum/float64(t.n) + t.lost/float64(t.n) }, "favg")
)

func kahanFunction(doc string, final func(carriedTotal) float64, names ...string) Function {
	return Function{
		Names: names, Doc: doc, Example: names[0] + "(price)", takes: "DOUBLE", accepts: one(double), result: resultOf(types.Double),
		make: func([]types.Type) accumulator { return &carriedSums{final: final} },
	}
}

// carriedTotal is a sum by W. Kahan, "Further remarks on reducing truncation errors", Communications of the ACM 8 (1965).
type carriedTotal struct {
	sum, lost float64 // lost is what the sum has too much
	n         int64
}

func (t *carriedTotal) add(v float64) {
	v -= t.lost
	sum := t.sum + v
	t.lost = (sum - t.sum) - v
	t.sum = sum
}

// joined is the total as DuckDB finishes it: each group's state is joined to an empty one first, and what is lost is added to it
// as if it were a value. That shows in the last bit.
func (t carriedTotal) joined() carriedTotal {
	j := carriedTotal{sum: t.sum, n: t.n}
	j.add(t.lost)
	return j
}

// carriedSums sums in the order of the rows.
type carriedSums struct {
	cells[carriedTotal]
	final   func(carriedTotal) float64
	results results[float64]
}

func (s *carriedSums) update(groups, rows []uint32, args []arrow.Array) error {
	values, at := keys.Values[float64](args[0]), s.at
	rows = rows[:len(groups)]
	for i, g := range groups {
		at[g].add(values[rows[i]])
		at[g].n++
	}
	return nil
}

func (s *carriedSums) state() []types.Type {
	return []types.Type{types.Of(types.Double), types.Of(types.Double), types.Of(types.BigInt)}
}

func (s *carriedSums) save(groups []uint32, b []array.Builder) {
	sums, lost, counts := b[0].(*array.Float64Builder), b[1].(*array.Float64Builder), b[2].(*array.Int64Builder)
	for _, g := range groups {
		sums.Append(s.at[g].sum)
		lost.Append(s.at[g].lost)
		counts.Append(s.at[g].n)
	}
}

func (s *carriedSums) merge(groups, rows []uint32, saved []arrow.Array) error {
	sums, lost, counts := keys.Values[float64](saved[0]), keys.Values[float64](saved[1]), keys.Values[int64](saved[2])
	for i, g := range groups {
		t, from := &s.at[g], carriedTotal{sums[rows[i]], lost[rows[i]], counts[rows[i]]}
		if t.n == 0 {
			*t = from
			continue
		}
		t.add(from.sum)
		t.add(-from.lost)
		t.n += from.n
	}
	return nil
}

func (s *carriedSums) result(groups []uint32, b array.Builder) error {
	s.results.begin(len(groups))
	for _, g := range groups {
		s.results.add(s.final(s.at[g].joined()), s.at[g].n > 0)
	}
	s.results.appendTo(b.(*array.Float64Builder))
	return nil
}
