package server

import (
	"encoding/json"
	"math"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// exact is the bound up to which a double holds every integer.
const exact = 1 << 53

// JSONCell writes a column's values as JSON, as the package comment lays down: the function appends value i to buf. It is made once for
// each batch.
func JSONCell(column arrow.Array) func(buf []byte, i int) []byte { return jsonCell(column) }

// jsonCell writes a column's values as JSON, as the package comment lays down.
func jsonCell(column arrow.Array) cell {
	if column.DataType().ID() == arrow.NULL {
		return func(buf []byte, _ int) []byte { return append(buf, "null"...) }
	}
	write := jsonValue(column)
	if column.NullN() == 0 {
		return write
	}
	return func(buf []byte, i int) []byte {
		if column.IsNull(i) {
			return append(buf, "null"...)
		}
		return write(buf, i)
	}
}

// jsonValue writes values that are not NULL.
func jsonValue(column arrow.Array) cell {
	switch c := column.(type) {
	case *array.Boolean, *array.Int8, *array.Int16, *array.Int32, *array.Uint8, *array.Uint16, *array.Uint32:
		return plainCell(column)
	case *array.Int64:
		return quoteUnless(plainCell(c), func(i int) bool { return -exact <= c.Value(i) && c.Value(i) <= exact })
	case *array.Uint64:
		return quoteUnless(plainCell(c), func(i int) bool { return c.Value(i) <= exact })
	case *array.Float32:
		return nullUnless(plainCell(c), func(i int) bool { return finite(float64(c.Value(i))) })
	case *array.Float64:
		return nullUnless(plainCell(c), func(i int) bool { return finite(c.Value(i)) })
	case array.StringLike:
		return func(buf []byte, i int) []byte { return appendString(buf, c.Value(i)) }
	case *array.Dictionary:
		write := jsonCell(c.Dictionary())
		return func(buf []byte, i int) []byte { return write(buf, c.GetValueIndex(i)) }
	}
	if nested := nestedCell(column); nested != nil {
		return nested
	}
	return quoteUnless(plainCell(column), func(int) bool { return false })
}

func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

// quoteUnless puts quotes around text that needs no escapes.
func quoteUnless(write cell, bare func(i int) bool) cell {
	return func(buf []byte, i int) []byte {
		if bare(i) {
			return write(buf, i)
		}
		return append(write(append(buf, '"'), i), '"')
	}
}

func nullUnless(write cell, has func(i int) bool) cell {
	return func(buf []byte, i int) []byte {
		if has(i) {
			return write(buf, i)
		}
		return append(buf, "null"...)
	}
}

// appendString writes a JSON string.
func appendString(buf []byte, s string) []byte {
	if needsEscape(s) {
		quoted, _ := json.Marshal(s) // a string always marshals
		return append(buf, quoted...)
	}
	buf = append(buf, '"')
	buf = append(buf, s...)
	return append(buf, '"')
}

func needsEscape(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' {
			return true
		}
	}
	return !utf8.ValidString(s)
}

func nestedCell(column arrow.Array) cell {
	switch c := column.(type) {
	case *array.Struct:
		return structCell(c)
	case *array.Map:
		return mapCell(c)
	case array.ListLike:
		element := jsonCell(c.ListValues())
		return func(buf []byte, i int) []byte { return appendItems(buf, c, i, element) }
	}
	return nil
}

func structCell(c *array.Struct) cell {
	fields := c.DataType().(*arrow.StructType).Fields()
	names, columns := make([]string, len(fields)), make([]arrow.Array, len(fields))
	for f := range fields {
		names[f], columns[f] = fields[f].Name, c.Field(f)
	}
	return objectCell(names, columns)
}

// objectCell writes columns as the members of an object.
func objectCell(names []string, columns []arrow.Array) cell {
	keys, values := make([][]byte, len(names)), make([]cell, len(names))
	for f := range names {
		keys[f] = append(appendString(nil, names[f]), ':')
		values[f] = jsonCell(columns[f])
	}
	return func(buf []byte, i int) []byte {
		buf = append(buf, '{')
		for f, write := range values {
			if f > 0 {
				buf = append(buf, ',')
			}
			buf = write(append(buf, keys[f]...), i)
		}
		return append(buf, '}')
	}
}

func mapCell(c *array.Map) cell {
	key, value := jsonCell(c.Keys()), jsonCell(c.Items())
	entry := func(buf []byte, i int) []byte {
		buf = key(append(buf, `{"key":`...), i)
		buf = value(append(buf, `,"value":`...), i)
		return append(buf, '}')
	}
	return func(buf []byte, i int) []byte { return appendItems(buf, c, i, entry) }
}

func appendItems(buf []byte, list array.ListLike, i int, write cell) []byte {
	buf = append(buf, '[')
	start, end := list.ValueOffsets(i)
	for at := start; at < end; at++ {
		if at > start {
			buf = append(buf, ',')
		}
		buf = write(buf, int(at))
	}
	return append(buf, ']')
}
