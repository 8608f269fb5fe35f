package lines

import (
	"math/bits"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow/decimal128"
)

// chunk is the largest power of ten in a uint64: the digits of a 128-bit number are cut into chunks of 19.
const (
	chunk       = 10_000_000_000_000_000_000
	chunkDigits = 19
)

// appendDecimal appends a 128-bit number with scale digits after the point. HUGEINT is the case of scale 0.
func appendDecimal(dst []byte, n decimal128.Num, scale int) []byte {
	hi, lo := uint64(n.HighBits()), n.LowBits()
	if n.HighBits() < 0 {
		dst = append(dst, '-')
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, borrow)
	}
	var buffer [2*chunkDigits + 2]byte
	digits := appendUint128(buffer[:0], hi, lo)
	whole := len(digits) - scale
	if whole > 0 {
		dst = append(dst, digits[:whole]...)
		digits = digits[whole:]
	} else {
		dst = append(dst, '0')
	}
	if scale == 0 {
		return dst
	}
	dst = append(dst, '.')
	for ; whole < 0; whole++ {
		dst = append(dst, '0')
	}
	return append(dst, digits...)
}

// appendUint128 appends hi·2^64+lo, which is less than 2^127 or equal to it, in decimal digits.
func appendUint128(dst []byte, hi, lo uint64) []byte {
	if hi == 0 {
		return strconv.AppendUint(dst, lo, 10)
	}
	// hi < 2^63 < chunk, so the quotient of the first division fits; it is at most 17014118346046923173.
	quotient, rest := bits.Div64(hi, lo, chunk)
	dst = strconv.AppendUint(dst, quotient, 10)
	var tail [20]byte
	text := strconv.AppendUint(tail[:0], rest, 10)
	for range chunkDigits - len(text) {
		dst = append(dst, '0')
	}
	return append(dst, text...)
}
