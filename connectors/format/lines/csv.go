package lines

import (
	"bytes"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// AppendCSVHeader appends the names of the columns as a CSV line, newline included.
func AppendCSVHeader(dst []byte, columns []types.Field, withWeight bool) []byte {
	for i := range columns {
		if i > 0 {
			dst = append(dst, ',')
		}
		start := len(dst)
		dst = append(dst, columns[i].Name...)
		dst = quoteCSV(dst, start)
	}
	if withWeight {
		if len(columns) > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, WeightColumn...)
	}
	return append(dst, '\n')
}

// AppendCSV appends one row as a CSV line, without a newline. NULL is an empty field, an empty text is "". Scalars have the
// text that DuckDB casts them to, nested values are JSON. withWeight adds the weight as the last field.
func AppendCSV(dst []byte, columns []types.Field, rows arrow.RecordBatch, row int, weight int8, withWeight bool) []byte {
	for i := range columns {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendCell(dst, &columns[i].Type, rows.Column(i), row)
	}
	if !withWeight {
		return dst
	}
	if len(columns) > 0 {
		dst = append(dst, ',')
	}
	return strconv.AppendInt(dst, int64(weight), 10)
}

// AppendBatchCSV appends every row of a batch as a CSV line and a newline. It writes no header.
func AppendBatchCSV(dst []byte, columns []types.Field, b engine.Batch, withWeight bool) []byte {
	for row := range int(b.Rows.NumRows()) {
		dst = AppendCSV(dst, columns, b.Rows, row, weightOf(b, row), withWeight)
		dst = append(dst, '\n')
	}
	return dst
}

func appendCell(dst []byte, t *types.Type, column arrow.Array, row int) []byte {
	if column.IsNull(row) {
		return dst
	}
	start := len(dst)
	if t.Nested() {
		dst = appendValue(dst, t, column, row)
	} else {
		dst = appendScalar(dst, t, column, row)
	}
	return quoteCSV(dst, start)
}

// quoteCSV puts the field that begins at start into quotes if a reader would take it for something else without them.
func quoteCSV(dst []byte, start int) []byte {
	field := dst[start:]
	if len(field) > 0 && !bytes.ContainsAny(field, ",\"\r\n") && field[0] != ' ' && field[len(field)-1] != ' ' {
		return dst
	}
	quoted := make([]byte, 0, len(field)+8)
	quoted = append(quoted, '"')
	for _, c := range field {
		if c == '"' {
			quoted = append(quoted, '"')
		}
		quoted = append(quoted, c)
	}
	return append(append(dst[:start], quoted...), '"')
}
