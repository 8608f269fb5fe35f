package keys

import (
	"fmt"
	"math"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// wordSized reports whether values of the type fit 64 bits.
func wordSized(t arrow.DataType) bool {
	switch t.ID() {
	case arrow.BOOL, arrow.INT8, arrow.INT16, arrow.INT32, arrow.INT64, arrow.UINT8, arrow.UINT16, arrow.UINT32, arrow.UINT64,
		arrow.DATE32, arrow.TIME64, arrow.TIMESTAMP, arrow.FLOAT32, arrow.FLOAT64:
		return true
	}
	return false
}

// floating reports whether equal values of the type can have different bits: zeros with a sign, NaNs.
func floating(t arrow.DataType) bool { return t.ID() == arrow.FLOAT32 || t.ID() == arrow.FLOAT64 }

// words reads rows of a word-sized column as raw bits into dst, zero where the value is NULL.
func words(a arrow.Array, rows []uint32, dst []uint64) {
	switch a.DataType().(arrow.FixedWidthDataType).BitWidth() {
	case 1:
		bools(a.(*array.Boolean), rows, dst)
	case 8:
		gather(Values[uint8](a), rows, dst)
	case 16:
		gather(Values[uint16](a), rows, dst)
	case 32:
		gather(Values[uint32](a), rows, dst)
	default:
		gather(Values[uint64](a), rows, dst)
	}
	if valid := ValidityOf(a); valid.Any() {
		for i, r := range rows {
			if valid.Null(r) {
				dst[i] = 0
			}
		}
	}
}

func gather[T uint8 | uint16 | uint32 | uint64](values []T, rows []uint32, dst []uint64) {
	for i, r := range rows {
		dst[i] = uint64(values[r])
	}
}

func bools(a *array.Boolean, rows []uint32, dst []uint64) {
	for i, r := range rows {
		dst[i] = 0
		if a.Value(int(r)) {
			dst[i] = 1
		}
	}
}

// normalWords is words with one form for all values that are equal.
func normalWords(a arrow.Array, rows []uint32, dst []uint64) {
	words(a, rows, dst)
	switch a.DataType().ID() {
	case arrow.FLOAT32:
		for i, w := range dst[:len(rows)] {
			dst[i] = normalFloat(float64(math.Float32frombits(uint32(w))))
		}
	case arrow.FLOAT64:
		for i, w := range dst[:len(rows)] {
			dst[i] = normalFloat(math.Float64frombits(w))
		}
	}
}

func normalFloat(f float64) uint64 {
	if f == 0 {
		return 0
	}
	if f != f {
		return math.MaxUint64
	}
	return math.Float64bits(f)
}

// appender is what Arrow's builders of fixed-width values have in common. Nil valid says that nothing is NULL.
type appender[T any] interface {
	AppendValues(values []T, valid []bool)
}

// appendWords turns raw bits back into values. Nil valid says that nothing is NULL.
func appendWords(b array.Builder, ws []uint64, valid []bool) {
	switch b := b.(type) {
	case *array.Int64Builder:
		b.AppendValues(sameWidth[int64](ws), valid)
	case *array.Uint64Builder:
		b.AppendValues(ws, valid)
	case *array.TimestampBuilder:
		b.AppendValues(sameWidth[arrow.Timestamp](ws), valid)
	case *array.Time64Builder:
		b.AppendValues(sameWidth[arrow.Time64](ws), valid)
	case *array.Float64Builder:
		b.AppendValues(sameWidth[float64](ws), valid)
	case *array.Float32Builder:
		appendNarrow(b, ws, valid, func(w uint64) float32 { return math.Float32frombits(uint32(w)) })
	case *array.BooleanBuilder:
		appendNarrow(b, ws, valid, func(w uint64) bool { return w == 1 })
	default:
		appendNarrowInts(b, ws, valid)
	}
}

func appendNarrowInts(b array.Builder, ws []uint64, valid []bool) {
	switch b := b.(type) {
	case *array.Int8Builder:
		appendNarrow(b, ws, valid, cut[int8])
	case *array.Int16Builder:
		appendNarrow(b, ws, valid, cut[int16])
	case *array.Int32Builder:
		appendNarrow(b, ws, valid, cut[int32])
	case *array.Date32Builder:
		appendNarrow(b, ws, valid, cut[arrow.Date32])
	case *array.Uint8Builder:
		appendNarrow(b, ws, valid, cut[uint8])
	case *array.Uint16Builder:
		appendNarrow(b, ws, valid, cut[uint16])
	case *array.Uint32Builder:
		appendNarrow(b, ws, valid, cut[uint32])
	default:
		panic(fmt.Sprintf("keys: %s does not fit a word", b.Type()))
	}
}

// sameWidth looks at words as values of 64 bits.
func sameWidth[T ~int64 | float64](ws []uint64) []T {
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(ws))), len(ws))
}

func cut[T ~int8 | ~int16 | ~int32 | ~uint8 | ~uint16 | ~uint32](w uint64) T { return T(w) }

func appendNarrow[T any](b appender[T], ws []uint64, valid []bool, value func(uint64) T) {
	values := make([]T, len(ws))
	for i, w := range ws {
		values[i] = value(w)
	}
	b.AppendValues(values, valid)
}
