package json

import (
	"encoding/binary"
	"math/bits"
)

const (
	everyByte = 0x0101010101010101
	highBits  = 0x8080808080808080
)

// plainRunWords returns the first byte from i on that is a quote, a backslash or a control character, or the end, and whether
// there may be other than ASCII before it. It looks at eight bytes at a time:
//
//	w          a  b  c  "  ,  1  }  \n
//	stops(w)   0  0  0  80 0  0  0  80     the lowest marked byte is the first stop
//
// The last bytes are looked at together with those before them, which are then shifted out: what moves in behind the end are
// zeros, and so are stops.
func plainRunWords(b []byte, i int) (int, bool) {
	var high uint64
	for ; i+8 <= len(b); i += 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		high |= w
		if stop := stops(w); stop != 0 {
			return i + bits.TrailingZeros64(stop)>>3, high&highBits != 0
		}
	}
	if len(b) < 8 {
		return plainBytes(b, i)
	}
	w := binary.LittleEndian.Uint64(b[len(b)-8:]) >> (uint(8-len(b)+i) * 8 & 127)
	return i + bits.TrailingZeros64(stops(w))>>3, (high|w)&highBits != 0
}

// plainBytes is plainRunWords for a record of less than eight bytes.
func plainBytes(b []byte, i int) (int, bool) {
	high := false
	for ; i < len(b) && b[i] != '"' && b[i] != '\\' && b[i] >= ' '; i++ {
		high = high || b[i] >= 0x80
	}
	return i, high
}

// stops marks the bytes of w that end a plain run. Bytes above the lowest marked one may be marked wrongly, by its borrow.
// A quote and a control character are found together: 2 being flipped, a quote is 0x20 and a space is not, so that both are
// the bytes below 0x21.
func stops(w uint64) uint64 {
	low, slash := w^2*everyByte, w^'\\'*everyByte
	return ((low - 0x21*everyByte) | (slash - everyByte)) &^ w & highBits
}
