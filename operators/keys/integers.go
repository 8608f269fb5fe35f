package keys

import "github.com/apache/arrow-go/v18/arrow"

// Integers reads a column of integers of at most 64 bits, dates or times, which are integers below, in dst if they are narrower.
// The slice is valid while the column and dst are; what it holds where the column is NULL is not defined.
func Integers(a arrow.Array, dst []int64) []int64 {
	switch a.DataType().(arrow.FixedWidthDataType).BitWidth() {
	case 64:
		return Values[int64](a)
	case 32:
		if a.DataType().ID() == arrow.UINT32 {
			return widen(Values[uint32](a), dst)
		}
		return widen(Values[int32](a), dst)
	case 16:
		if a.DataType().ID() == arrow.UINT16 {
			return widen(Values[uint16](a), dst)
		}
		return widen(Values[int16](a), dst)
	}
	if a.DataType().ID() == arrow.UINT8 {
		return widen(Values[uint8](a), dst)
	}
	return widen(Values[int8](a), dst)
}

func widen[T int8 | int16 | int32 | uint8 | uint16 | uint32](values []T, dst []int64) []int64 {
	dst = dst[:0]
	for _, v := range values {
		dst = append(dst, int64(v))
	}
	return dst
}
