package json

import (
	"math"
	"strconv"
	"unsafe"
)

// The kinds of number. DuckDB converts each in its own way: from UBIGINT, BIGINT, DOUBLE, or the text as written.
const (
	whole    = iota // 0 to 2^64-1, in magnitude
	negative        // -2^63 to 0, its absolute value in magnitude
	real            // has a point or an exponent, in f
	verbatim        // a whole number beyond those, a real beyond DOUBLE, nan, inf or infinity: only its text says what it is
)

// number is a JSON number as DuckDB's reader sees it.
type number struct {
	kind      int
	magnitude uint64
	f         float64
	text      []byte // as written
}

// short reads the number under the cursor if it is a whole one of at most 18 digits: most are. Else it leaves the cursor.
func (s *scanner) short() (magnitude uint64, minus, ok bool) {
	b, i := s.buf, s.pos
	if i < len(b) && b[i] == '-' {
		minus = true
		i++
	}
	first := i
	for ; i < len(b) && b[i]-'0' < 10; i++ {
		magnitude = magnitude*10 + uint64(b[i]-'0')
	}
	digits := i - first
	if digits == 0 || digits > 18 || b[first] == '0' && digits > 1 {
		return 0, false, false
	}
	if i < len(b) && (b[i] == '.' || b[i]|0x20 == 'e') {
		return 0, false, false
	}
	s.pos = i
	return magnitude, minus, true
}

// number reads the number under the cursor.
func (s *scanner) number() (number, error) {
	b, first := s.buf, s.pos
	if b[first] == '-' {
		first++
	}
	i := first
	var m uint64
	for ; i < len(b) && b[i]-'0' < 10; i++ {
		m = m*10 + uint64(b[i]-'0')
	}
	switch {
	case i == first:
		return s.named(first)
	case b[first] == '0' && i-first > 1:
		return number{}, s.wrongAt(first, "a number with a leading zero")
	case i < len(b) && (b[i] == '.' || b[i]|0x20 == 'e'):
		return s.real(i, m, i-first)
	}
	n := number{kind: whole, magnitude: m, text: b[s.pos:i]}
	if first > s.pos {
		n.kind = negative
	}
	if i-first > 18 && !n.exact() {
		n.kind = verbatim
	}
	s.pos = i
	return n, nil
}

// exact reports whether a number of 19 digits or more is within 64 bits, so that its magnitude is right.
func (n *number) exact() bool {
	if n.kind == negative {
		_, err := strconv.ParseInt(view(n.text), 10, 64)
		return err == nil
	}
	_, err := strconv.ParseUint(view(n.text), 10, 64)
	return err == nil
}

// named reads nan, inf or infinity, in any case, whose first letter is at byte i.
func (s *scanner) named(i int) (number, error) {
	for _, word := range [...]string{"nan", "infinity", "inf"} {
		end := i + len(word)
		if end <= len(s.buf) && equalFold(s.buf[i:end], word) {
			n := number{kind: verbatim, text: s.buf[s.pos:end]}
			s.pos = end
			return n, nil
		}
	}
	return number{}, s.wrongAt(i, "expected a value")
}

func equalFold(b []byte, lower string) bool {
	for i := range b {
		if b[i]|0x20 != lower[i] {
			return false
		}
	}
	return true
}

// real goes on at the point or exponent at byte i of a number that starts at the cursor, with m made of its whole digits.
func (s *scanner) real(i int, m uint64, digits int) (number, error) {
	b, exponent := s.buf, 0
	if b[i] == '.' {
		point := i + 1
		for i++; i < len(b) && b[i]-'0' < 10; i++ {
			m = m*10 + uint64(b[i]-'0')
		}
		if i == point {
			return number{}, s.wrongAt(i, "no digit behind the point")
		}
		exponent = point - i
		digits += i - point
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		end := exponentEnd(b, i+1)
		if end < 0 {
			return number{}, s.wrongAt(i+1, "no digit in the exponent")
		}
		i, digits = end, math.MaxInt // rare: leave it to strconv
	}
	n := number{kind: real, text: b[s.pos:i]}
	n.f = n.value(m, digits, exponent)
	if math.IsInf(n.f, 0) {
		n.kind = verbatim
	}
	s.pos = i
	return n, nil
}

// exponentEnd returns the byte behind the exponent's digits, -1 if it has none.
func exponentEnd(b []byte, i int) int {
	if i < len(b) && (b[i] == '+' || b[i] == '-') {
		i++
	}
	first := i
	for i < len(b) && b[i]-'0' < 10 {
		i++
	}
	if i == first {
		return -1
	}
	return i
}

// powers are the powers of ten that a float64 holds exactly.
var powers = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
	1e18, 1e19, 1e20, 1e21, 1e22}

// value is the double nearest to a real. If both the digits and the power of ten are exact as doubles, their quotient is
// rounded once, and so is the nearest.
func (n *number) value(m uint64, digits, exponent int) float64 {
	if digits > 18 || m >= 1<<53 {
		f, _ := strconv.ParseFloat(view(n.text), 64) // the syntax is right; out of range gives an infinity
		return f
	}
	f := float64(m) / powers[-exponent]
	if n.text[0] == '-' {
		return -f
	}
	return f
}

// view is b as a string, without a copy: for calls that do not keep it.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
