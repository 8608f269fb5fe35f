package lines

import (
	"math"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/weirdb/weir/engine/types"
)

// appendScalar appends a value that is not NULL and not nested as DuckDB casts it to VARCHAR.
func appendScalar(dst []byte, t *types.Type, column arrow.Array, row int) []byte {
	switch c := column.(type) {
	case *array.Boolean:
		return strconv.AppendBool(dst, c.Value(row))
	case *array.Float32:
		return appendFloat(dst, float64(c.Value(row)), 32)
	case *array.Float64:
		return appendFloat(dst, c.Value(row), 64)
	case *array.Decimal128:
		return appendDecimal(dst, c.Value(row), t.Scale)
	case *array.String:
		return append(dst, c.Value(row)...)
	case *array.Binary:
		return appendBlob(dst, c.Value(row))
	case *array.Date32:
		return appendDate(dst, int64(c.Value(row)))
	case *array.Time64:
		return appendTime(dst, int64(c.Value(row)), 6)
	case *array.Timestamp:
		return appendTimestamp(dst, t.ID, int64(c.Value(row)))
	case *array.MonthDayNanoInterval:
		return appendInterval(dst, c.Value(row))
	}
	return appendInteger(dst, column, row)
}

func appendInteger(dst []byte, column arrow.Array, row int) []byte {
	switch c := column.(type) {
	case *array.Int8:
		return strconv.AppendInt(dst, int64(c.Value(row)), 10)
	case *array.Int16:
		return strconv.AppendInt(dst, int64(c.Value(row)), 10)
	case *array.Int32:
		return strconv.AppendInt(dst, int64(c.Value(row)), 10)
	case *array.Int64:
		return strconv.AppendInt(dst, c.Value(row), 10)
	case *array.Uint8:
		return strconv.AppendUint(dst, uint64(c.Value(row)), 10)
	case *array.Uint16:
		return strconv.AppendUint(dst, uint64(c.Value(row)), 10)
	case *array.Uint32:
		return strconv.AppendUint(dst, uint64(c.Value(row)), 10)
	case *array.Uint64:
		return strconv.AppendUint(dst, c.Value(row), 10)
	}
	return append(dst, column.ValueStr(row)...) // a layout that types.Type.Arrow does not name: show it rather than lose it
}

// appendFloat appends a float as DuckDB's cast prints it: 1.0, 0.1, 1e+16, 1e-05, nan, inf.
func appendFloat(dst []byte, f float64, bits int) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "nan"...)
	case math.IsInf(f, 1):
		return append(dst, "inf"...)
	case math.IsInf(f, -1):
		return append(dst, "-inf"...)
	}
	if abs := math.Abs(f); abs != 0 && (abs < 1e-4 || abs >= 1e16) {
		return strconv.AppendFloat(dst, f, 'e', -1, bits)
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, 'f', -1, bits)
	for _, c := range dst[start:] {
		if c == '.' {
			return dst
		}
	}
	return append(dst, ".0"...)
}

// appendBlob appends bytes as DuckDB does: printable ASCII as it is, the rest, quotes and backslashes as \xNN.
func appendBlob(dst, value []byte) []byte {
	for _, c := range value {
		if c >= ' ' && c <= '~' && c != '\\' && c != '"' && c != '\'' {
			dst = append(dst, c)
			continue
		}
		dst = append(dst, '\\', 'x', upperHex[c>>4], upperHex[c&15])
	}
	return dst
}
