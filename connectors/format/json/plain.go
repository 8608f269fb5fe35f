package json

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// plainString returns the byte behind the closing quote of a string whose text begins at byte i; -1 if the string has an
// escape or is none.
func plainString(b []byte, i int) int {
	end, high := plainRun(b, i)
	if end == len(b) || b[end] != '"' || high && !utf8.Valid(b[i:end]) {
		return -1
	}
	return end + 1
}

// plainWhole reads a whole number of less than 16 digits. It returns -1 as the end if the value is any other.
func plainWhole(b []byte, i int) (magnitude uint64, minus bool, end int) {
	if b[i] == '-' {
		minus = true
		i++
	}
	m, n := digits(b, i)
	if n == 8 {
		more, n2 := digits(b, i+8)
		m, n = m*tens[n2]+more, n+n2
	}
	end = i + n
	if n == 0 || n == 16 || b[i] == '0' && n > 1 || end < len(b) && (b[end] == '.' || b[end]|0x20 == 'e') {
		return 0, false, -1
	}
	return m, minus, end
}

// plainReal reads a number with less than 8 digits before the point, and 1 to 7 behind it: both the digits and the power of
// ten are exact as doubles then. It returns -1 as the end if the value is any other.
func plainReal(b []byte, i int) (f float64, end int) {
	first := i
	if b[i] == '-' {
		i++
	}
	m, n := digits(b, i)
	point := i + n
	if n == 0 || n == 8 || b[i] == '0' && n > 1 || point >= len(b) || b[point] != '.' {
		return 0, -1
	}
	more, n2 := digits(b, point+1)
	end = point + 1 + n2
	if n2 == 0 || n2 == 8 || end < len(b) && b[end]|0x20 == 'e' {
		return 0, -1
	}
	f = float64(m*tens[n2]+more) / powers[n2]
	if b[first] == '-' {
		f = -f
	}
	return f, end
}

// tens are powers of ten.
var tens = [...]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9}

const zeros = '0' * everyByte

// digits reads the digits at byte i, up to 8, as a number, and returns how many there are. It looks at all eight bytes at
// once: those that are no digit are shifted out, and leading zeros in. Then neighbours are joined to numbers of two digits,
// of four, of eight. (Known from Daniel Lemire, "Quickly parsing eight digits", 2018, and simdjson.)
//
//	1  2  3  4  5  ,  "  p      as read, the first digit lowest
//	0  0  0  1  2  3  4  5      five digits
//	0     1     23    45
//	1           2345
func digits(b []byte, i int) (m uint64, n int) {
	if i+8 > len(b) {
		return digitsBytes(b, i)
	}
	x := binary.LittleEndian.Uint64(b[i:]) ^ zeros
	others := (x + 0x76*everyByte | x) & highBits // 0 to 9 + 0x76 stays below 0x80
	n = bits.TrailingZeros64(others) >> 3
	x <<= uint(8-n) * 8 & 127
	x = (x*10 + x>>8) & 0x00ff00ff00ff00ff
	x = (x*100 + x>>16) & 0x0000ffff0000ffff
	return (x*10000 + x>>32) & 0xffffffff, n
}

// digitsBytes is digits where the text ends in less than eight bytes.
func digitsBytes(b []byte, i int) (m uint64, n int) {
	for ; i < len(b) && b[i]-'0' < 10; i++ {
		m = m*10 + uint64(b[i]-'0')
		n++
	}
	return m, n
}
