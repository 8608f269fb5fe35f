package streamtest

import (
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// Texts are the rows of a batch as text, sorted by it.
func Texts(b arrow.RecordBatch) []string {
	out := make([]string, b.NumRows())
	for i := range out {
		out[i] = RowText(b, i)
	}
	sort.Strings(out)
	return out
}

// RowText is a row as text.
func RowText(b arrow.RecordBatch, row int) string {
	parts := make([]string, b.NumCols())
	for i, c := range b.Columns() {
		parts[i] = c.ValueStr(row)
		switch c := c.(type) {
		case *array.Decimal128:
			if c.IsValid(row) {
				parts[i] = c.Value(row).ToString(c.DataType().(*arrow.Decimal128Type).Scale)
			}
		case *array.Float64:
			if c.IsValid(row) {
				parts[i] = strconv.FormatFloat(c.Value(row), 'g', -1, 64)
			}
		}
	}
	return strings.Join(parts, " | ")
}

// Same compares sorted rows with DuckDB's.
func Same(t testing.TB, what string, got, want []string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("%s: %d rows, DuckDB has %d; they differ from row %d on\ngot  %s\nwant %s",
				what, len(got), len(want), i, some(got, i), some(want, i))
		}
	}
}

func some(rows []string, from int) string {
	from = min(from, len(rows))
	return strings.Join(rows[from:min(len(rows), from+5)], "\n     ")
}
