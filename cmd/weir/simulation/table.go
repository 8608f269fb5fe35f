package simulation

import (
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
)

// table is a view's rows as text, with how often each is there.
type table map[string]int

// add applies a change. It returns the rows that were taken back and were not there.
func (t table) add(batches []engine.Batch) (missing []string) {
	for _, b := range batches {
		for i := range int(b.Rows.NumRows()) {
			row, weight := printRow(b.Rows, i), 1
			if b.Weights != nil {
				weight = int(b.Weights[i])
			}
			t[row] += weight
		}
	}
	for row, n := range t {
		if n < 0 {
			missing = append(missing, row)
		}
		if n <= 0 {
			delete(t, row)
		}
	}
	return missing
}

// printRow prints a row, its columns with | between them.
func printRow(rows arrow.RecordBatch, i int) string {
	var text strings.Builder
	for c, column := range rows.Columns() {
		if c > 0 {
			text.WriteByte('|')
		}
		text.WriteString(column.ValueStr(i))
	}
	return text.String()
}

// printChanges prints changes in their order, for comparing what a sink got with what was committed.
func printChanges(batches []engine.Batch) string {
	var text strings.Builder
	for _, b := range batches {
		for i := range int(b.Rows.NumRows()) {
			if b.Weights != nil && b.Weights[i] < 0 {
				text.WriteByte('-')
			} else {
				text.WriteByte('+')
			}
			text.WriteString(printRow(b.Rows, i))
			text.WriteByte('\n')
		}
	}
	return text.String()
}

// copyRows copies rows that were lent.
func copyRows(rows arrow.RecordBatch) (arrow.RecordBatch, error) {
	columns := make([]arrow.Array, rows.NumCols())
	for i, c := range rows.Columns() {
		var err error
		if columns[i], err = array.Concatenate([]arrow.Array{c}, memory.DefaultAllocator); err != nil {
			return nil, err
		}
	}
	return array.NewRecordBatch(rows.Schema(), columns, rows.NumRows()), nil
}
