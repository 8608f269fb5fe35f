package aggregate

import (
	"fmt"
	"math/bits"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

// total is a 128-bit sum and how many values it is of.
type total struct {
	lo uint64
	hi int64
	n  int64
}

func (t *total) number() decimal128.Num { return decimal128.New(t.hi, t.lo) }

// add adds a 128-bit integer. It reports false where the sum does not fit, as DuckDB refuses it.
func (t *total) add(v decimal128.Num) bool {
	lo, carry := bits.Add64(t.lo, v.LowBits(), 0)
	hi, _ := bits.Add64(uint64(t.hi), uint64(v.HighBits()), carry)
	if (t.hi^int64(hi))&(v.HighBits()^int64(hi)) < 0 {
		return false
	}
	t.lo, t.hi = lo, int64(hi)
	return true
}

// totals is what all exact sums share. Sums of 64-bit integers cannot overflow: that would take 2^63 rows.
type totals struct{ cells[total] }

// wide gives access to the totals of whatever embeds them.
func (s *totals) wide() *totals { return s }

func (s *totals) state() []types.Type {
	return []types.Type{types.Of(types.HugeInt), types.Of(types.BigInt)}
}

func (s *totals) save(groups []uint32, b []array.Builder) {
	sums, counts := b[0].(*array.Decimal128Builder), b[1].(*array.Int64Builder)
	for _, g := range groups {
		sums.Append(s.at[g].number())
		counts.Append(s.at[g].n)
	}
}

func (s *totals) merge(groups, rows []uint32, saved []arrow.Array) error {
	sums, counts := keys.Values[decimal128.Num](saved[0]), keys.Values[int64](saved[1])
	for i, g := range groups {
		if t := &s.at[g]; !t.add(sums[rows[i]]) {
			return overflow(t, sums[rows[i]])
		}
		s.at[g].n += counts[rows[i]]
	}
	return nil
}

func overflow(t *total, v decimal128.Num) error {
	return fmt.Errorf("%s + %s does not fit 128 bits", t.number().BigInt(), v.BigInt())
}

func (s *totals) result(groups []uint32, b array.Builder) error {
	sums := b.(*array.Decimal128Builder)
	for _, g := range groups {
		if s.at[g].n == 0 {
			sums.AppendNull()
			continue
		}
		sums.Append(s.at[g].number())
	}
	return nil
}

type integer interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

// integerTotals sums integers of at most 64 bits, and dates and times as the integers that they are.
type integerTotals[T integer] struct{ totals }

func (s *integerTotals[T]) update(groups, rows []uint32, args []arrow.Array) error {
	values, at := keys.Values[T](args[0]), s.at
	rows = rows[:len(groups)]
	for i, g := range groups {
		v, t := values[rows[i]], &at[g]
		lo, carry := bits.Add64(t.lo, uint64(v), 0)
		t.lo, t.n = lo, t.n+1
		t.hi += int64(carry)
		if v < 0 {
			t.hi--
		}
	}
	return nil
}

// numberTotals sums HUGEINT and DECIMAL.
type numberTotals struct{ totals }

func (s *numberTotals) update(groups, rows []uint32, args []arrow.Array) error {
	values := keys.Values[decimal128.Num](args[0])
	for i, g := range groups {
		t := &s.at[g]
		if !t.add(values[rows[i]]) {
			return overflow(t, values[rows[i]])
		}
		t.n++
	}
	return nil
}

// boolTotals counts what is true.
type boolTotals struct{ totals }

func (s *boolTotals) update(groups, rows []uint32, args []arrow.Array) error {
	values := args[0].(*array.Boolean)
	for i, g := range groups {
		s.at[g].n++
		if values.Value(int(rows[i])) {
			s.at[g].lo++
		}
	}
	return nil
}
