package aggregate

import (
	"math"
	"math/big"
	"math/bits"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/types"
)

var avg = Function{
	Names: []string{"avg", "mean"}, Doc: "Mean of the values; NULL where there are none. Integers and decimals are summed exactly, then divided.",
	Example: "avg(price)", takes: "integers, HUGEINT, DECIMAL, FLOAT, DOUBLE, TIMESTAMP, TIMESTAMP WITH TIME ZONE or TIME",
	accepts: one(averageable), result: avgType, make: func(args []types.Type) accumulator { return newAvg(args[0]) },
}

func averageable(t types.Type) bool { return discrete(t.ID) || t.ID != types.Boolean && summable(t) }

// discrete reports whether the mean of a type has the type again.
func discrete(id types.ID) bool {
	return id == types.Timestamp || id == types.TimestampTZ || id == types.Time
}

func avgType(args []types.Type) types.Type {
	if discrete(args[0].ID) {
		return args[0]
	}
	return types.Of(types.Double)
}

func newAvg(t types.Type) accumulator {
	switch {
	case t.ID == types.Float:
		return &floatAvg[float32]{}
	case t.ID == types.Double:
		return &floatAvg[float64]{}
	case discrete(t.ID):
		return &timeAvg{}
	}
	narrow := t.ID == types.TinyInt || t.ID == types.UTinyInt || t.ID == types.SmallInt || t.ID == types.Decimal && t.Width <= 4
	sum := newSum(t.ID).(exactSum)
	return &exactAvg{exactSum: sum, scale: math.Pow10(t.Scale), narrow: narrow}
}

// floatAvg is the mean of floats.
type floatAvg[T float32 | float64] struct{ floatSum[T] }

func (a *floatAvg[T]) result(groups []uint32, b array.Builder) error {
	return a.finish(groups, b, func(t floatTotal) float64 { return t.sum / float64(t.n) })
}

// exactSum is any accumulator of totals.
type exactSum interface {
	accumulator
	wide() *totals
}

// exactAvg is the mean of integers and decimals.
type exactAvg struct {
	exactSum
	scale  float64 // a decimal's 10^scale
	narrow bool    // at most 16 bits: DuckDB divides these as doubles, others with 64 bits of mantissa

	results results[float64]
}

func (a *exactAvg) result(groups []uint32, b array.Builder) error {
	cells := a.wide().at
	a.results.begin(len(groups))
	for _, g := range groups {
		a.results.add(a.mean(&cells[g]), cells[g].n > 0)
	}
	a.results.appendTo(b.(*array.Float64Builder))
	return nil
}

func (a *exactAvg) mean(t *total) float64 {
	switch {
	case t.n == 0:
		return 0
	case a.narrow:
		return float64(int64(t.lo)) / (float64(t.n) * a.scale)
	}
	return divide(*t, a.scale)
}

// divide rounds as a division of long doubles with 64 bits of mantissa does, and then to double: to round once would differ
// from DuckDB in the last bit, once in a few thousand results.
func divide(t total, scale float64) float64 {
	if scale == 1 && t.hi == t.hi>>63 && t.lo != 0 {
		return divideWords(t)
	}
	return divideBig(t, scale)
}

func divideBig(t total, scale float64) float64 {
	const mantissa = 64
	n := new(big.Float).SetPrec(mantissa).SetInt64(t.n)
	n.Mul(n, new(big.Float).SetFloat64(scale))
	sum := new(big.Float).SetPrec(mantissa).SetInt(t.number().BigInt())
	value, _ := n.Quo(sum, n).Float64()
	return value
}

// divideWords is divide for a sum of at most 64 bits and a sign, not zero, without big numbers.
//
//	sum, count          moved left until the top bit is set
//	sum/2 or sum : 0    divided by count: 64 bits of quotient, top bit set, rounded to even by the remainder
func divideWords(t total) float64 {
	sum := t.lo
	if t.hi < 0 {
		sum = -sum
	}
	up, down := bits.LeadingZeros64(sum), bits.LeadingZeros64(uint64(t.n))
	exponent := down - up - 64
	sum, n := sum<<up, uint64(t.n)<<down
	low := uint64(0)
	if sum >= n {
		sum, low, exponent = sum>>1, sum<<63, exponent+1
	}
	quotient, rest := bits.Div64(sum, low, n)
	power := math.Float64frombits(uint64(exponent+1023) << 52) // from 2^-127 to 2^1: the product is exact
	value := roundUp(quotient, rest, n) * power
	if t.hi < 0 {
		return -value
	}
	return value
}

// roundUp adds the last bit of a quotient if the rest is more than half of n, or half and the quotient is odd.
func roundUp(quotient, rest, n uint64) float64 {
	half := n - rest // compared with rest: 2*rest might not fit
	if rest > half || rest == half && quotient&1 == 1 {
		if quotient == math.MaxUint64 {
			return 1 << 64
		}
		quotient++
	}
	return float64(quotient)
}

// timeAvg is the mean of times, as a time.
type timeAvg struct{ integerTotals[int64] }

func (a *timeAvg) result(groups []uint32, b array.Builder) error {
	for _, g := range groups {
		t := a.at[g]
		if t.n == 0 {
			b.AppendNull()
			continue
		}
		appendTime(b, meanTime(t))
	}
	return nil
}

// meanTime rounds as DuckDB does: up from a half past the epoch, towards the epoch before it.
func meanTime(t total) int64 {
	mean, rest := new(big.Int).QuoRem(t.number().BigInt(), big.NewInt(t.n), new(big.Int))
	if rest.Int64() > t.n/2 {
		return mean.Int64() + 1
	}
	return mean.Int64()
}

func appendTime(b array.Builder, v int64) {
	if clock, ok := b.(*array.Time64Builder); ok {
		clock.Append(arrow.Time64(v))
		return
	}
	b.(*array.TimestampBuilder).Append(arrow.Timestamp(v))
}
