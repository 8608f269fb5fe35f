package aggregate

import (
	"fmt"
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

var (
	stddevSamp = spreadFunction("Standard deviation of a sample; NULL for fewer than two values.", 1, math.Sqrt, "stddev_samp", "stddev")
	stddevPop  = spreadFunction("Standard deviation of a whole population.", 0, math.Sqrt, "stddev_pop")
	varSamp    = spreadFunction("Variance of a sample; NULL for fewer than two values.", 1, identity, "var_samp", "variance")
	varPop     = spreadFunction("Variance of a whole population.", 0, identity, "var_pop")
)

func identity(v float64) float64 { return v }

func spreadFunction(doc string, less int64, final func(float64) float64, names ...string) Function {
	create := func(args []types.Type) accumulator {
		shared := deviations{less: less, final: final, name: names[0]}
		if args[0].ID == types.Float {
			return &spread[float32]{shared}
		}
		return &spread[float64]{shared}
	}
	return Function{
		Names: names, Doc: doc, Example: names[0] + "(price)", takes: "FLOAT or DOUBLE", accepts: one(float),
		result: resultOf(types.Double), make: create,
	}
}

func float(t types.Type) bool { return t.ID == types.Float || t.ID == types.Double }

// deviation is Welford's running mean and sum of squared distances from it.
type deviation struct {
	n       int64
	mean    float64
	squares float64
}

func (d *deviation) add(v float64) {
	d.n++
	off := v - d.mean
	d.mean += off / float64(d.n)
	d.squares += off * (v - d.mean)
}

// merge is Chan's: it joins two runs as if they had been one.
func (d *deviation) merge(o deviation) {
	if o.n == 0 {
		return
	}
	if d.n == 0 {
		*d = o
		return
	}
	n, m := float64(d.n), float64(o.n)
	off := o.mean - d.mean
	d.mean = (m*o.mean + n*d.mean) / (n + m)
	d.squares += o.squares + off*off*m*n/(n+m)
	d.n += o.n
}

// deviations is what the spreads of all types of float share.
type deviations struct {
	cells[deviation]
	less  int64 // what the count is lessened by: 1 for a sample
	final func(float64) float64
	name  string
}

// spread computes variance or standard deviation.
type spread[T float32 | float64] struct{ deviations }

func (s *spread[T]) update(groups, rows []uint32, args []arrow.Array) error {
	values, at := keys.Values[T](args[0]), s.at
	rows = rows[:len(groups)]
	for i, g := range groups {
		at[g].add(float64(values[rows[i]]))
	}
	return nil
}

func (s *deviations) state() []types.Type {
	return []types.Type{types.Of(types.BigInt), types.Of(types.Double), types.Of(types.Double)}
}

func (s *deviations) save(groups []uint32, b []array.Builder) {
	counts, means, squares := b[0].(*array.Int64Builder), b[1].(*array.Float64Builder), b[2].(*array.Float64Builder)
	for _, g := range groups {
		counts.Append(s.at[g].n)
		means.Append(s.at[g].mean)
		squares.Append(s.at[g].squares)
	}
}

func (s *deviations) merge(groups, rows []uint32, saved []arrow.Array) error {
	counts, means, squares := keys.Values[int64](saved[0]), keys.Values[float64](saved[1]), keys.Values[float64](saved[2])
	for i, g := range groups {
		r := rows[i]
		s.at[g].merge(deviation{counts[r], means[r], squares[r]})
	}
	return nil
}

func (s *deviations) result(groups []uint32, b array.Builder) error {
	results := b.(*array.Float64Builder)
	for _, g := range groups {
		d := s.at[g]
		if d.n <= s.less {
			results.AppendNull()
			continue
		}
		value := 0.0 // of a single value, whatever it is
		if d.n > 1 {
			value = s.final(d.squares / float64(d.n-s.less))
		}
		if err := inRange(s.name, value); err != nil {
			return err
		}
		results.Append(value)
	}
	return nil
}

// inRange refuses results that DuckDB refuses.
func inRange(name string, value float64) error {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return fmt.Errorf("%s: the result is out of range: an argument is NaN, infinite or too large", name)
	}
	return nil
}
