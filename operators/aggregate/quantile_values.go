package aggregate

import (
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/weirdb/weir/engine/spill"
	"github.com/weirdb/weir/engine/types"
)

// quantiles finds quantiles of values of type T, which are of type R.
type quantiles[T, R any] struct {
	series[T]
	spec   quantileSpec
	place  func(s share, n int) (low, high int, part float64)
	blend  func(low, high T, part float64) (R, error) // part of the way from low to high; they are the same value for part 0
	append func(b array.Builder, values []R, valid []bool)

	sorted []T
	found  results[R]
}

func (q *quantiles[T, R]) result(groups []uint32, b array.Builder) error {
	if q.spec.list {
		return q.lists(groups, b.(*array.ListBuilder))
	}
	var none R
	q.found.begin(len(groups))
	for _, g := range groups {
		if q.empty(g) {
			q.found.add(none, false)
			continue
		}
		if err := q.find(g); err != nil {
			return err
		}
	}
	q.append(b, q.found.values, q.found.valid)
	q.sorted = emptied(q.sorted)
	return nil
}

func (q *quantiles[T, R]) free() {
	q.series.free()
	spill.Free(q.sorted)
	q.sorted = nil
}

func (q *quantiles[T, R]) lists(groups []uint32, b *array.ListBuilder) error {
	for _, g := range groups {
		if q.empty(g) {
			b.AppendNull()
			continue
		}
		q.found.begin(len(q.spec.shares))
		if err := q.find(g); err != nil {
			return err
		}
		b.Append(true)
		q.append(b.ValueBuilder(), q.found.values, nil)
	}
	q.sorted = emptied(q.sorted)
	return nil
}

// find adds the quantiles of a group to what is found.
func (q *quantiles[T, R]) find(group uint32) error {
	q.sorted = q.gather(q.sorted[:0], group)
	less := q.less
	if q.spec.descending {
		less = func(a, b T) bool { return q.less(b, a) }
	}
	for _, s := range q.spec.shares {
		low, high, part := q.place(s, len(q.sorted))
		sortUpTo(q.sorted, low, less)
		if high > low {
			sortUpTo(q.sorted[low+1:], 0, less)
		}
		value, err := q.blend(q.sorted[low], q.sorted[high], part)
		if err != nil {
			return err
		}
		q.found.add(value, true)
	}
	return nil
}

// sortUpTo moves values so that values[n] is what it would be if all were sorted, with none greater before it and none smaller
// behind: C. Hoare's "Find", Communications of the ACM 4 (1961). Where that does not get on, it sorts.
func sortUpTo[T any](values []T, n int, less func(a, b T) bool) {
	low, high := 0, len(values)-1
	for rounds := 4 * bits.Len(uint(len(values))); low < high; rounds-- {
		if rounds == 0 {
			slices.SortFunc(values[low:high+1], ordering(less))
			return
		}
		before, behind := split(values, low, high, less)
		switch {
		case n <= before:
			high = before
		case n >= behind:
			low = behind
		default:
			return
		}
	}
}

// split moves what is smaller than a value in the middle before what is greater: up to before, and from behind on.
func split[T any](values []T, low, high int, less func(a, b T) bool) (before, behind int) {
	pivot := middle(values[low], values[low+(high-low)/2], values[high], less)
	i, j := low, high
	for i <= j {
		for less(values[i], pivot) {
			i++
		}
		for less(pivot, values[j]) {
			j--
		}
		if i <= j {
			values[i], values[j] = values[j], values[i]
			i, j = i+1, j-1
		}
	}
	return j, i
}

func middle[T any](a, b, c T, less func(a, b T) bool) T {
	if less(b, a) {
		a, b = b, a
	}
	if less(c, b) {
		b = c
		if less(b, a) {
			b = a
		}
	}
	return b
}

func ordering[T any](less func(a, b T) bool) func(a, b T) int {
	return func(a, b T) int {
		switch {
		case less(a, b):
			return -1
		case less(b, a):
			return 1
		}
		return 0
	}
}

// newDiscrete finds quantiles that are among the values.
func newDiscrete(t types.Type, spec quantileSpec) accumulator {
	switch t.ID {
	case types.Varchar, types.Blob, types.UUID, types.JSON:
		return discreteOf[span](t, spec, &textColumn{})
	case types.Float:
		return discreteOf[float32](t, spec, &fixedColumn[float32]{floatLess[float32]})
	case types.Double:
		return discreteOf[float64](t, spec, &fixedColumn[float64]{floatLess[float64]})
	case types.HugeInt, types.Decimal:
		return discreteOf[decimal128.Num](t, spec, &fixedColumn[decimal128.Num]{decimal128.Num.Less})
	case types.Date:
		return discreteInteger[arrow.Date32](t, spec)
	case types.Time:
		return discreteInteger[arrow.Time64](t, spec)
	case types.Timestamp, types.TimestampS, types.TimestampMS, types.TimestampNS, types.TimestampTZ:
		return discreteInteger[arrow.Timestamp](t, spec)
	case types.TinyInt:
		return discreteInteger[int8](t, spec)
	case types.SmallInt:
		return discreteInteger[int16](t, spec)
	case types.Integer:
		return discreteInteger[int32](t, spec)
	case types.UTinyInt:
		return discreteInteger[uint8](t, spec)
	case types.USmallInt:
		return discreteInteger[uint16](t, spec)
	case types.UInteger:
		return discreteInteger[uint32](t, spec)
	case types.UBigInt:
		return discreteInteger[uint64](t, spec)
	}
	return discreteInteger[int64](t, spec)
}

func discreteInteger[T integer](t types.Type, spec quantileSpec) accumulator {
	return discreteOf[T](t, spec, &fixedColumn[T]{integerLess[T]})
}

func discreteOf[T any](t types.Type, spec quantileSpec, c columnOf[T]) accumulator {
	same := func(v, _ T, _ float64) (T, error) { return v, nil }
	return &quantiles[T, T]{series: series[T]{columnOf: c, kind: t}, spec: spec, place: share.at, blend: same, append: c.write}
}

// newContinuous finds quantiles that may lie between the values.
func newContinuous(t types.Type, spec quantileSpec) accumulator {
	switch t.ID {
	case types.Float:
		return continuousOf(t, spec, &fixedColumn[float32]{floatLess[float32]}, blendFloats)
	case types.Double:
		return continuousOf(t, spec, &fixedColumn[float64]{floatLess[float64]}, blendDoubles)
	case types.HugeInt:
		return continuousOf(t, spec, &fixedColumn[decimal128.Num]{decimal128.Num.Less}, blendHuge)
	case types.Decimal:
		return continuousOf(t, spec, &fixedColumn[decimal128.Num]{decimal128.Num.Less}, blendDecimals(t.Width))
	case types.Date:
		return continuousOf(t, spec, &fixedColumn[arrow.Date32]{integerLess[arrow.Date32]}, blendDates)
	case types.Time:
		return continuousOf(t, spec, &fixedColumn[arrow.Time64]{integerLess[arrow.Time64]}, blendTimes[arrow.Time64])
	case types.TinyInt:
		return continuousInteger[int8](t, spec)
	case types.SmallInt:
		return continuousInteger[int16](t, spec)
	case types.Integer:
		return continuousInteger[int32](t, spec)
	case types.BigInt:
		return continuousInteger[int64](t, spec)
	}
	return continuousOf(t, spec, &fixedColumn[arrow.Timestamp]{integerLess[arrow.Timestamp]}, blendTimes[arrow.Timestamp])
}

func continuousInteger[T integer](t types.Type, spec quantileSpec) accumulator {
	blend := func(low, high T, part float64) (float64, error) {
		return blendDoubles(float64(low), float64(high), part)
	}
	return continuousOf(t, spec, &fixedColumn[T]{integerLess[T]}, blend)
}

func continuousOf[T, R any](t types.Type, spec quantileSpec, c columnOf[T], blend func(low, high T, part float64) (R, error)) accumulator {
	write := func(b array.Builder, values []R, valid []bool) { b.(appender[R]).AppendValues(values, valid) }
	return &quantiles[T, R]{series: series[T]{columnOf: c, kind: t}, spec: spec, place: share.between, blend: blend, append: write}
}

// The following go part of the way from low to high, each type in DuckDB's own order of operations.

func blendDoubles(low, high, part float64) (float64, error) {
	if part == 0 {
		return low, nil
	}
	return low*(1-part) + high*part, nil
}

func blendFloats(low, high float32, part float64) (float32, error) {
	if part == 0 {
		return low, nil
	}
	return low + float32(float64(high-low)*part), nil
}

func blendHuge(low, high decimal128.Num, part float64) (float64, error) {
	return blendDoubles(hugeFloat(low), hugeFloat(high), part)
}

// blendDecimals blends the integers behind decimals, in the width in which DuckDB holds them.
func blendDecimals(width int) func(low, high decimal128.Num, part float64) (decimal128.Num, error) {
	const narrow = 18 // digits in 64 bits
	return func(low, high decimal128.Num, part float64) (decimal128.Num, error) {
		if part == 0 {
			return low, nil
		}
		if width > narrow {
			blended, _ := blendHuge(low, high, part)
			return hugeOf(blended), nil
		}
		l, h := int64(low.LowBits()), int64(high.LowBits())
		return decimal128.FromI64(l + int64(float64(h-l)*part)), nil
	}
}

func blendTimes[T ~int64](low, high T, part float64) (T, error) {
	if part == 0 {
		return low, nil
	}
	blended, _ := blendDoubles(float64(low), float64(high), part)
	return T(math.Round(blended)), nil
}

func blendDates(low, high arrow.Date32, part float64) (arrow.Timestamp, error) {
	l, err := midnight(low)
	if err != nil {
		return 0, err
	}
	h, err := midnight(high)
	if err != nil {
		return 0, err
	}
	return blendTimes(l, h, part)
}

// midnight is the start of a day; infinite days are infinite times.
func midnight(d arrow.Date32) (arrow.Timestamp, error) {
	const microsPerDay, infinite = 24 * 60 * 60 * 1_000_000, math.MaxInt32
	if d == infinite || d == -infinite {
		return arrow.Timestamp(int64(d) / infinite * math.MaxInt64), nil
	}
	micros := int64(d) * microsPerDay
	if micros/microsPerDay != int64(d) {
		return 0, fmt.Errorf("day %d has no timestamp", d)
	}
	return arrow.Timestamp(micros), nil
}

// hugeFloat rounds a 128-bit integer as DuckDB does, which is not always to the nearest.
func hugeFloat(v decimal128.Num) float64 {
	if v.HighBits() == -1 {
		return -float64(math.MaxUint64-v.LowBits()) - 1
	}
	return float64(v.LowBits()) + float64(v.HighBits())*(1<<64)
}

// hugeOf cuts the fraction off.
func hugeOf(v float64) decimal128.Num {
	abs := math.Abs(v)
	n := decimal128.New(int64(abs/(1<<64)), uint64(math.Mod(abs, 1<<64)))
	if v < 0 {
		return n.Negate()
	}
	return n
}
