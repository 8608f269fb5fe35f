package aggregate

import (
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

// windowKey is the group key that grows with event time, as Arrow holds it.
type windowKey struct {
	value int64
	null  bool
}

// saturatingNext is the least bound that closes the key.
func (k windowKey) saturatingNext() int64 {
	if k.value == math.MaxInt64 {
		return k.value
	}
	return k.value + 1
}

// windowType reports whether a key of the type can close windows.
func windowType(t types.Type) bool {
	switch t.ID {
	case types.Date, types.Timestamp, types.TimestampS, types.TimestampMS, types.TimestampNS, types.TimestampTZ:
		return true
	case types.UBigInt:
		return false
	}
	return t.Integral()
}

// windowValues reads a column of window keys. The slice is valid until the next call, and while the column is.
func (ps *panes) windowValues(a arrow.Array) []int64 {
	return keys.Integers(a, &ps.values)
}

// appendWindow appends a key n times.
func appendWindow(b array.Builder, k windowKey, n int) {
	if k.null {
		b.AppendNulls(n)
		return
	}
	switch b := b.(type) {
	case *array.TimestampBuilder:
		repeat(b, arrow.Timestamp(k.value), n)
	case *array.Date32Builder:
		repeat(b, arrow.Date32(k.value), n)
	case *array.Int64Builder:
		repeat(b, k.value, n)
	case *array.Int32Builder:
		repeat(b, int32(k.value), n)
	default:
		appendNarrow(b, k.value, n)
	}
}

func appendNarrow(b array.Builder, value int64, n int) {
	switch b := b.(type) {
	case *array.Int8Builder:
		repeat(b, int8(value), n)
	case *array.Int16Builder:
		repeat(b, int16(value), n)
	case *array.Uint8Builder:
		repeat(b, uint8(value), n)
	case *array.Uint16Builder:
		repeat(b, uint16(value), n)
	case *array.Uint32Builder:
		repeat(b, uint32(value), n)
	}
}

func repeat[T any](b appender[T], value T, n int) {
	const atOnce = 512
	values := make([]T, min(n, atOnce))
	for i := range values {
		values[i] = value
	}
	for ; n > 0; n -= len(values) {
		b.AppendValues(values[:min(n, len(values))], nil)
	}
}
