package aggregate

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

// winners keeps the smallest or greatest value of each group, and tells which rows have been that.
type winners interface {
	grow(n int)
	// choose adds to won the rows that beat what their group has had, in order: of several for a group the last is the best.
	// No value is NULL at these rows.
	choose(groups, rows []uint32, by arrow.Array, won *selection)
	// append appends the best values of the groups.
	append(groups []uint32, b array.Builder)
	reset()
	free()
}

func newWinners(t types.Type, max bool) winners {
	switch t.ID {
	case types.Varchar, types.Blob, types.UUID, types.JSON:
		return &textWinners{textExtreme{kind: t, max: max}}
	case types.Float:
		return &floatWinners[float32]{best[float32]{kind: t, max: max}}
	case types.Double:
		return &floatWinners[float64]{best[float64]{kind: t, max: max}}
	case types.HugeInt, types.Decimal:
		return &largeWinners{best[decimal128.Num]{kind: t, max: max}}
	case types.Date:
		return &intWinners[arrow.Date32]{best[arrow.Date32]{kind: t, max: max}}
	case types.Time:
		return &intWinners[arrow.Time64]{best[arrow.Time64]{kind: t, max: max}}
	case types.Timestamp, types.TimestampS, types.TimestampMS, types.TimestampNS, types.TimestampTZ:
		return &intWinners[arrow.Timestamp]{best[arrow.Timestamp]{kind: t, max: max}}
	}
	return integerWinners(t, max)
}

func integerWinners(t types.Type, max bool) winners {
	switch t.ID {
	case types.TinyInt:
		return &intWinners[int8]{best[int8]{kind: t, max: max}}
	case types.SmallInt:
		return &intWinners[int16]{best[int16]{kind: t, max: max}}
	case types.Integer:
		return &intWinners[int32]{best[int32]{kind: t, max: max}}
	case types.UTinyInt:
		return &intWinners[uint8]{best[uint8]{kind: t, max: max}}
	case types.USmallInt:
		return &intWinners[uint16]{best[uint16]{kind: t, max: max}}
	case types.UInteger:
		return &intWinners[uint32]{best[uint32]{kind: t, max: max}}
	case types.UBigInt:
		return &intWinners[uint64]{best[uint64]{kind: t, max: max}}
	}
	return &intWinners[int64]{best[int64]{kind: t, max: max}}
}

// intWinners is for what Arrow holds as integers.
type intWinners[T integer] struct{ best[T] }

func (w *intWinners[T]) choose(groups, rows []uint32, by arrow.Array, won *selection) {
	values, at := keys.Values[T](by), w.at
	rows = rows[:len(groups)]
	for i, g := range groups {
		v, c := values[rows[i]], &at[g]
		if c.seen && (v == c.value || v > c.value != w.max) {
			continue
		}
		c.value, c.seen = v, true
		won.add(g, rows[i])
	}
}

// floatWinners is for floats. NaN is the greatest.
type floatWinners[T float32 | float64] struct{ best[T] }

func (w *floatWinners[T]) choose(groups, rows []uint32, by arrow.Array, won *selection) {
	values, at := keys.Values[T](by), w.at
	rows = rows[:len(groups)]
	for i, g := range groups {
		v, c := values[rows[i]], &at[g]
		low, high := v, c.value
		if w.max {
			low, high = high, low
		}
		if !c.seen || floatLess(low, high) {
			c.value, c.seen = v, true
			won.add(g, rows[i])
		}
	}
}

// largeWinners is for HUGEINT and DECIMAL.
type largeWinners struct{ best[decimal128.Num] }

func (w *largeWinners) choose(groups, rows []uint32, by arrow.Array, won *selection) {
	values := keys.Values[decimal128.Num](by)
	for i, g := range groups {
		v, c := values[rows[i]], &w.at[g]
		low, high := v, c.value
		if w.max {
			low, high = high, low
		}
		if !c.seen || low.Less(high) {
			c.value, c.seen = v, true
			won.add(g, rows[i])
		}
	}
}

// textWinners is for strings and binary values, by the order of their bytes.
type textWinners struct{ textExtreme }

func (w *textWinners) choose(groups, rows []uint32, by arrow.Array, won *selection) {
	offsets, data := keys.Bytes(by)
	for i, g := range groups {
		r := rows[i]
		value := data[offsets[r]:offsets[r+1]]
		c := &w.at[g]
		if c.seen && !w.better(value, w.value(c)) {
			continue
		}
		w.put(c, value)
		won.add(g, r)
	}
	w.tidy()
}
