package aggregate

import (
	"bytes"
	"cmp"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/weirdb/weir/operators/keys"
)

// comparison compares rows of an array of a type without order problems: no floats, intervals, or values that hold others.
func comparison(a arrow.Array) func(i, j int) int {
	switch a.DataType().ID() {
	case arrow.BOOL:
		values := a.(*array.Boolean)
		return func(i, j int) int { return boolNumber(values.Value(i)) - boolNumber(values.Value(j)) }
	case arrow.STRING, arrow.BINARY:
		offsets, data := keys.Bytes(a)
		return func(i, j int) int {
			return bytes.Compare(data[offsets[i]:offsets[i+1]], data[offsets[j]:offsets[j+1]])
		}
	case arrow.DECIMAL128:
		values := keys.Values[decimal128.Num](a)
		return func(i, j int) int { return values[i].Cmp(values[j]) }
	case arrow.INT8:
		return compareIntegers[int8](a)
	case arrow.INT16:
		return compareIntegers[int16](a)
	case arrow.INT32, arrow.DATE32:
		return compareIntegers[int32](a)
	case arrow.UINT8:
		return compareIntegers[uint8](a)
	case arrow.UINT16:
		return compareIntegers[uint16](a)
	case arrow.UINT32:
		return compareIntegers[uint32](a)
	case arrow.UINT64:
		return compareIntegers[uint64](a)
	}
	return compareIntegers[int64](a) // integers, times and timestamps
}

func compareIntegers[T integer](a arrow.Array) func(i, j int) int {
	values := keys.Values[T](a)
	return func(i, j int) int { return cmp.Compare(values[i], values[j]) }
}

func boolNumber(v bool) int {
	if v {
		return 1
	}
	return 0
}
