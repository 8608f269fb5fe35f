package keys

import "github.com/apache/arrow-go/v18/arrow"

// Integers reads a column of integers of at most 64 bits, dates or times, which are integers below. Narrower ones than 64 bits
// are widened in scratch. The slice is valid while the column is, and until scratch is used again; what it holds where the
// column is NULL is not defined.
func Integers(a arrow.Array, scratch *[]int64) []int64 {
	switch a.DataType().(arrow.FixedWidthDataType).BitWidth() {
	case 64:
		return Values[int64](a)
	case 32:
		if a.DataType().ID() == arrow.UINT32 {
			return widen(Values[uint32](a), scratch)
		}
		return widen(Values[int32](a), scratch)
	case 16:
		if a.DataType().ID() == arrow.UINT16 {
			return widen(Values[uint16](a), scratch)
		}
		return widen(Values[int16](a), scratch)
	}
	if a.DataType().ID() == arrow.UINT8 {
		return widen(Values[uint8](a), scratch)
	}
	return widen(Values[int8](a), scratch)
}

func widen[T int8 | int16 | int32 | uint8 | uint16 | uint32](values []T, scratch *[]int64) []int64 {
	dst := (*scratch)[:0]
	for _, v := range values {
		dst = append(dst, int64(v))
	}
	*scratch = dst
	return dst
}
