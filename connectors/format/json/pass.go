package json

import (
	"encoding/binary"
	"math/bits"
)

// The functions here pass values that no column wants, in the spellings that programs write: without white space but for a
// space behind a comma or colon. They return the byte behind the value. For every other spelling, and for what is no JSON,
// they return -1: skip has to look at it then.

// passPlain passes the value at byte i.
func passPlain(b []byte, i int) int {
	if i >= len(b) {
		return -1
	}
	switch b[i] {
	case '"':
		return plainString(b, i+1)
	case '{', '[':
		return passNested(b, i)
	}
	return passScalar(b, i)
}

// passNested passes an object or a list. The bits of open say which brackets it is inside of, the innermost lowest: 1 for a
// brace, which is the bit that ']' and '}' differ by.
func passNested(b []byte, i int) int {
	var open uint64
	for depth := 0; i >= 0 && i < len(b); {
		c := b[i]
		switch {
		case c != '{' && c != '[':
			if i = passPlain(b, i); i < 0 {
				return -1
			}
		case depth == 64:
			return -1
		default:
			open = open<<1 | uint64(c>>5&1)
			depth++
			i++
			if i < len(b) && b[i] != c+2 { // '{' + 2 is '}' and '[' + 2 is ']'
				i = passKey(b, i, open)
				continue
			}
		}
		for depth > 0 && i < len(b) && b[i] == ']'|byte(open&1)<<5 {
			i++
			depth--
			open >>= 1
		}
		if depth == 0 {
			return i
		}
		if i >= len(b) || b[i] != ',' {
			return -1
		}
		i = passKey(b, passSpace(b, i+1), open)
	}
	return -1
}

// passKey passes a key and its colon, if the innermost bracket is a brace.
func passKey(b []byte, i int, open uint64) int {
	if open&1 == 0 {
		return i
	}
	if i >= len(b) || b[i] != '"' {
		return -1
	}
	i = plainString(b, i+1)
	if i < 0 || i >= len(b) || b[i] != ':' {
		return -1
	}
	return passSpace(b, i+1)
}

func passSpace(b []byte, i int) int {
	if i < len(b) && b[i] == ' ' {
		return i + 1
	}
	return i
}

// passScalar passes a number without an exponent, true, false or null.
func passScalar(b []byte, i int) int {
	switch b[i] {
	case 't':
		return passWord(b, i, "true")
	case 'f':
		return passWord(b, i, "false")
	case 'n':
		return passWord(b, i, "null")
	case '-':
		i++
	}
	end := passDigits(b, i)
	if end == i || b[i] == '0' && end > i+1 {
		return -1
	}
	if end < len(b) && b[end] == '.' {
		point := end + 1
		if end = passDigits(b, point); end == point {
			return -1
		}
	}
	if end < len(b) && b[end]|0x20 == 'e' {
		return -1
	}
	return end
}

func passWord(b []byte, i int, word string) int {
	if end := i + len(word); end <= len(b) && string(b[i:end]) == word {
		return end
	}
	return -1
}

// passDigits returns the first byte from i on that is no digit, or the end.
func passDigits(b []byte, i int) int {
	for ; i+8 <= len(b); i += 8 {
		x := binary.LittleEndian.Uint64(b[i:]) ^ zeros
		if others := (x + 0x76*everyByte | x) & highBits; others != 0 {
			return i + bits.TrailingZeros64(others)>>3
		}
	}
	for i < len(b) && b[i]-'0' < 10 {
		i++
	}
	return i
}
