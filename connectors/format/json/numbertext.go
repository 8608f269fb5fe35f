package json

import "strconv"

// appendVarchar appends the text that a number becomes in a VARCHAR column.
func (n *number) appendVarchar(to []byte) []byte {
	if n.kind == real {
		return appendReal(to, n.f, varcharForm)
	}
	return n.appendWhole(to)
}

// appendJSON appends the text that a number becomes inside JSON.
func (n *number) appendJSON(to []byte) []byte {
	if n.kind == real {
		return appendReal(to, n.f, jsonForm)
	}
	return n.appendWhole(to)
}

// appendWhole appends what has one text only, but for a minus before zero.
func (n *number) appendWhole(to []byte) []byte {
	if n.kind == negative && n.magnitude == 0 {
		return append(to, '0')
	}
	return append(to, n.text...)
}

// form says how a double is written. Both forms have the fewest digits that read back as the same double, and a point.
type form struct {
	low, high int  // decimal exponents from low on, below high, are written without an exponent
	padded    bool // e+05 and not e5
}

var (
	varcharForm = form{low: -4, high: 16, padded: true} // as DuckDB casts DOUBLE to VARCHAR
	jsonForm    = form{low: -6, high: 21}               // as DuckDB writes JSON
)

// appendReal appends a finite double.
func appendReal(to []byte, f float64, as form) []byte {
	var space [32]byte
	text := strconv.AppendFloat(space[:0], f, 'e', -1, 64) // -d.ddde±dd, -de±dd
	if text[0] == '-' {
		to, text = append(to, '-'), text[1:]
	}
	mark := len(text) - 1
	for text[mark] != 'e' {
		mark--
	}
	exponent, _ := strconv.Atoi(string(text[mark+1:]))
	if f != 0 && (exponent < as.low || exponent >= as.high) {
		return appendExponent(append(to, text[:mark]...), exponent, as.padded)
	}
	digits := append(text[:1], text[min(2, mark):mark]...) // the point is taken out
	return appendPlain(to, digits, exponent)
}

func appendExponent(to []byte, exponent int, padded bool) []byte {
	to = append(to, 'e')
	if exponent < 0 {
		to, exponent = append(to, '-'), -exponent
	} else if padded {
		to = append(to, '+')
	}
	if padded && exponent < 10 {
		to = append(to, '0')
	}
	return strconv.AppendInt(to, int64(exponent), 10)
}

// appendPlain writes digits with the point behind the one that the exponent counts from 0.
func appendPlain(to, digits []byte, exponent int) []byte {
	if exponent < 0 {
		to = append(to, "0."...)
		for range -exponent - 1 {
			to = append(to, '0')
		}
		return append(to, digits...)
	}
	for i := 0; i <= exponent || i < len(digits); i++ {
		if i == exponent+1 {
			to = append(to, '.')
		}
		if i < len(digits) {
			to = append(to, digits[i])
		} else {
			to = append(to, '0')
		}
	}
	if len(digits) <= exponent+1 {
		to = append(to, ".0"...)
	}
	return to
}
