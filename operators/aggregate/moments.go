package aggregate

import (
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

var (
	skewness    = momentFunction("skewness", "How far the values lean to one side; NULL for fewer than three, NaN for equal ones.", (*powerSums).skewness)
	kurtosis    = momentFunction("kurtosis", "How heavy the tails are, of a sample; NULL for fewer than four values.", (*powerSums).kurtosis)
	kurtosisPop = momentFunction("kurtosis_pop", "How heavy the tails are, of a population; NULL for fewer than two values.", (*powerSums).kurtosisPop)
)

func momentFunction(name, doc string, final momentResult) Function {
	return Function{
		Names: []string{name}, Doc: doc, Example: name + "(price)", takes: "DOUBLE", accepts: one(double), result: resultOf(types.Double),
		make: func([]types.Type) accumulator { return &moments{name: name, final: final} },
	}
}

// momentResult computes a result, which is NULL where valid is false. What is checked has to be finite.
type momentResult func(s *powerSums) (value float64, valid bool, checked float64)

// powerSums are sums of the values' powers. The formulas are DuckDB's, in its order of operations.
type powerSums struct {
	n              int64
	s1, s2, s3, s4 float64
}

func (s *powerSums) add(v float64) {
	s.n++
	s.s1 += v
	s.s2 += v * v
	s.s3 += cube(v)
	s.s4 += fourth(v)
}

// cube is v³, rounded once: as pow computes it, and v*v*v does not.
func cube(v float64) float64 {
	square := v * v
	whole := square * v
	if math.IsInf(whole, 0) || whole == 0 {
		return whole
	}
	rest := math.FMA(v, v, -square) // square + rest is exact
	return whole + (math.FMA(square, v, -whole) + rest*v)
}

// fourth is v⁴, rounded once.
func fourth(v float64) float64 {
	square := v * v
	whole := square * square
	if math.IsInf(whole, 0) || whole == 0 {
		return whole
	}
	rest := math.FMA(v, v, -square)
	return whole + (math.FMA(square, square, -whole) + 2*square*rest)
}

func (s *powerSums) skewness() (value float64, valid bool, checked float64) {
	if s.n <= 2 {
		return 0, false, 0
	}
	n := float64(s.n)
	by := 1 / n
	spread := math.Sqrt(max(0, cube(by*(s.s2-s.s1*s.s1*by))))
	if spread == 0 {
		return math.NaN(), true, 0
	}
	correction := math.Sqrt(n*(n-1)) / (n - 2)
	value = correction * by * (s.s3 - 3*s.s2*s.s1*by + 2*cube(s.s1)*by*by) / spread
	return value, true, value
}

// tails returns the fourth moment and the square of the variance. The result is NULL where the values do not vary.
func (s *powerSums) tails() (m4, m2 float64, valid bool) {
	by := 1 / float64(s.n)
	m2 = by * (s.s2 - s.s1*s.s1*by)
	m4 = by * (s.s4 - 4*s.s3*s.s1*by + 6*s.s2*s.s1*s.s1*by*by - 3*fourth(s.s1)*cube(by))
	return m4, m2 * m2, !(m2 <= 0)
}

func (s *powerSums) kurtosisPop() (value float64, valid bool, checked float64) {
	m4, square, valid := s.tails()
	if s.n <= 1 || !valid {
		return 0, false, 0
	}
	value = m4/square - 3
	return value, true, value
}

func (s *powerSums) kurtosis() (value float64, valid bool, checked float64) {
	m4, square, valid := s.tails()
	if s.n <= 3 || !valid {
		return 0, false, 0
	}
	n := float64(s.n)
	value = (n - 1) * ((n+1)*m4/square - 3*(n-1)) / ((n - 2) * (n - 3))
	return value, true, value
}

// moments computes one result of power sums.
type moments struct {
	cells[powerSums]
	name    string
	final   momentResult
	results results[float64]
}

func (m *moments) update(groups, rows []uint32, args []arrow.Array) error {
	values, at := keys.Values[float64](args[0]), m.at
	rows = rows[:len(groups)]
	for i, g := range groups {
		at[g].add(values[rows[i]])
	}
	return nil
}

func (m *moments) state() []types.Type {
	double := types.Of(types.Double)
	return []types.Type{types.Of(types.BigInt), double, double, double, double}
}

func (m *moments) save(groups []uint32, b []array.Builder) {
	counts := b[0].(*array.Int64Builder)
	for _, g := range groups {
		s := &m.at[g]
		counts.Append(s.n)
		for k, sum := range [...]float64{s.s1, s.s2, s.s3, s.s4} {
			b[1+k].(*array.Float64Builder).Append(sum)
		}
	}
}

func (m *moments) merge(groups, rows []uint32, saved []arrow.Array) error {
	counts := keys.Values[int64](saved[0])
	s1, s2 := keys.Values[float64](saved[1]), keys.Values[float64](saved[2])
	s3, s4 := keys.Values[float64](saved[3]), keys.Values[float64](saved[4])
	for i, g := range groups {
		r, s := rows[i], &m.at[g]
		s.n += counts[r]
		s.s1 += s1[r]
		s.s2 += s2[r]
		s.s3 += s3[r]
		s.s4 += s4[r]
	}
	return nil
}

func (m *moments) result(groups []uint32, b array.Builder) error {
	m.results.begin(len(groups))
	for _, g := range groups {
		value, valid, checked := m.final(&m.at[g])
		if err := inRange(m.name, checked); err != nil {
			return err
		}
		m.results.add(value, valid)
	}
	m.results.appendTo(b.(*array.Float64Builder))
	return nil
}
