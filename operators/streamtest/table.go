package streamtest

import (
	"sort"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
)

// Table is an emitter that keeps what it gets, as text.
type Table struct {
	Rows     []string
	LateRows []string
	Batches  int
}

// Emit implements engine.Emitter.
func (x *Table) Emit(b engine.Batch) error {
	x.Batches++
	for i := range int(b.Rows.NumRows()) {
		x.Rows = append(x.Rows, RowText(b.Rows, i))
	}
	return nil
}

// Late implements engine.Emitter.
func (x *Table) Late(rows arrow.RecordBatch) error {
	for i := range int(rows.NumRows()) {
		x.LateRows = append(x.LateRows, RowText(rows, i))
	}
	return nil
}

// Sorted returns the rows in order.
func (x *Table) Sorted() []string {
	sort.Strings(x.Rows)
	return x.Rows
}
