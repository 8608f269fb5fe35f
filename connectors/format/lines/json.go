package lines

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/weirdb/weir/engine/types"
)

// appendValue appends one value as JSON.
func appendValue(dst []byte, t *types.Type, column arrow.Array, row int) []byte {
	if t.ID == types.Null || column.IsNull(row) {
		return append(dst, "null"...)
	}
	switch t.ID {
	case types.Struct:
		return appendStruct(dst, t, column.(*array.Struct), row)
	case types.List:
		return appendList(dst, t, column.(*array.List), row)
	case types.Map:
		return appendMap(dst, t, column.(*array.Map), row)
	case types.Varchar, types.UUID:
		return appendQuoted(dst, column.(*array.String).Value(row))
	case types.JSON:
		return appendJSONText(dst, column.(*array.String).Value(row))
	case types.Float:
		return appendNumber(dst, float64(column.(*array.Float32).Value(row)), 32)
	case types.Double:
		return appendNumber(dst, column.(*array.Float64).Value(row), 64)
	}
	if bare(t) {
		return appendScalar(dst, t, column, row)
	}
	return quoteFrom(appendScalar(dst, t, column, row), len(dst))
}

// bare reports whether a scalar's text is a JSON value as it stands.
func bare(t *types.Type) bool {
	return t.Integral() || t.ID == types.Boolean || t.ID == types.HugeInt || t.ID == types.Decimal
}

func appendStruct(dst []byte, t *types.Type, column *array.Struct, row int) []byte {
	dst = append(dst, '{')
	for i := range t.Fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendQuoted(dst, t.Fields[i].Name)
		dst = append(dst, ':')
		dst = appendValue(dst, &t.Fields[i].Type, column.Field(i), row)
	}
	return append(dst, '}')
}

func appendList(dst []byte, t *types.Type, column *array.List, row int) []byte {
	from, to := column.ValueOffsets(row)
	dst = append(dst, '[')
	for i := from; i < to; i++ {
		if i > from {
			dst = append(dst, ',')
		}
		dst = appendValue(dst, &t.Fields[0].Type, column.ListValues(), int(i))
	}
	return append(dst, ']')
}

func appendMap(dst []byte, t *types.Type, column *array.Map, row int) []byte {
	from, to := column.ValueOffsets(row)
	dst = append(dst, '{')
	for i := from; i < to; i++ {
		if i > from {
			dst = append(dst, ',')
		}
		dst = appendKey(dst, &t.Fields[0].Type, column.Keys(), int(i))
		dst = append(dst, ':')
		dst = appendValue(dst, &t.Fields[1].Type, column.Items(), int(i))
	}
	return append(dst, '}')
}

// appendKey appends a map's key: a scalar's text, or a nested value's JSON, as a string.
func appendKey(dst []byte, t *types.Type, column arrow.Array, row int) []byte {
	if t.Nested() {
		return appendQuoted(dst, string(appendValue(nil, t, column, row)))
	}
	return appendQuoted(dst, string(appendScalar(nil, t, column, row)))
}

// appendNumber appends a float as a JSON number, or as a string if JSON has no number for it.
func appendNumber(dst []byte, f float64, bits int) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, `"NaN"`...)
	case math.IsInf(f, 1):
		return append(dst, `"Infinity"`...)
	case math.IsInf(f, -1):
		return append(dst, `"-Infinity"`...)
	}
	format := byte('f')
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, format, -1, bits)
	if format == 'f' && bytes.IndexByte(dst[start:], '.') < 0 {
		dst = append(dst, ".0"...) // as DuckDB does: a reader that infers types sees a double
	}
	return dst
}

// appendJSONText appends a JSON column's text, on one line.
func appendJSONText(dst []byte, text string) []byte {
	if !needsCompacting(text) {
		return append(dst, text...)
	}
	var out bytes.Buffer
	if err := json.Compact(&out, []byte(text)); err != nil {
		return appendQuoted(dst, text) // not JSON: keep the line readable, lose nothing
	}
	return append(dst, out.Bytes()...)
}

func needsCompacting(text string) bool {
	for i := range len(text) {
		if text[i] <= ' ' {
			return true
		}
	}
	return text == ""
}

const upperHex = "0123456789ABCDEF"

// appendQuoted appends a JSON string. Bytes from 0x20 on are kept, as DuckDB keeps them, but for the quote and the backslash.
func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	kept := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[kept:i]...)
		dst = appendEscape(dst, c)
		kept = i + 1
	}
	dst = append(dst, s[kept:]...)
	return append(dst, '"')
}

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return append(dst, '\\', 'u', '0', '0', upperHex[c>>4], upperHex[c&15])
}

// quoteFrom puts the text that begins at start into quotes. It must hold nothing that JSON escapes but backslashes.
func quoteFrom(dst []byte, start int) []byte {
	if bytes.IndexByte(dst[start:], '\\') >= 0 {
		return appendQuoted(dst[:start], string(dst[start:]))
	}
	dst = append(dst, 0, '"')
	copy(dst[start+1:], dst[start:len(dst)-2])
	dst[start] = '"'
	return dst
}
