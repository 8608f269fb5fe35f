package function

import (
	"math/big"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// constant is an array of one row that holds v, nil where v is easier for DuckDB: BLOB and nested values. Its memory is not
// counted, because constants live as long as their program, which nobody closes.
func constant(v *plan.Value, t types.Type) arrow.Array {
	layout := t.Arrow()
	if v.Null {
		return array.MakeArrayOfNull(memory.DefaultAllocator, layout, 1)
	}
	b := array.NewBuilder(memory.DefaultAllocator, layout)
	defer b.Release()
	if !appendValue(b, v, t) {
		return nil
	}
	return b.NewArray()
}

func appendValue(b array.Builder, v *plan.Value, t types.Type) bool {
	switch b := b.(type) {
	case *array.BooleanBuilder:
		b.Append(v.Bool)
	case *array.StringBuilder:
		b.Append(v.Text)
	case *array.Float32Builder:
		b.Append(float32(v.Float()))
	case *array.Float64Builder:
		b.Append(v.Float())
	case *array.MonthDayNanoIntervalBuilder:
		b.Append(arrow.MonthDayNanoInterval{Months: v.Interval.Months, Days: v.Interval.Days, Nanoseconds: v.Interval.Micros * 1000})
	case *array.Decimal128Builder:
		n, ok := unscaled(v.Text, t.Scale)
		b.Append(n)
		return ok
	case *array.Uint64Builder:
		return b.AppendValueFromString(v.Text) == nil
	default:
		return appendInteger(b, v.Int)
	}
	return true
}

func appendInteger(b array.Builder, v int64) bool {
	switch b := b.(type) {
	case *array.Int8Builder:
		b.Append(int8(v))
	case *array.Int16Builder:
		b.Append(int16(v))
	case *array.Int32Builder:
		b.Append(int32(v))
	case *array.Int64Builder:
		b.Append(v)
	case *array.Uint8Builder:
		b.Append(uint8(v))
	case *array.Uint16Builder:
		b.Append(uint16(v))
	case *array.Uint32Builder:
		b.Append(uint32(v))
	case *array.Date32Builder:
		b.Append(arrow.Date32(v))
	case *array.Time64Builder:
		b.Append(arrow.Time64(v))
	case *array.TimestampBuilder:
		b.Append(arrow.Timestamp(v))
	default:
		return false
	}
	return true
}

// unscaled reads a decimal number as a count of 10^-scale: "-1.5" is -150 at scale 2.
func unscaled(text string, scale int) (decimal128.Num, bool) {
	whole, fraction, _ := strings.Cut(text, ".")
	if len(fraction) > scale {
		return decimal128.Num{}, false
	}
	digits := whole + fraction + strings.Repeat("0", scale-len(fraction))
	n, ok := new(big.Int).SetString(digits, 10)
	if !ok || n.BitLen() > 127 {
		return decimal128.Num{}, false
	}
	return decimal128.FromBigInt(n), true
}
