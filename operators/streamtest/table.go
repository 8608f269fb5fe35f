package streamtest

import (
	"fmt"
	"slices"
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

// Emit implements engine.Emitter. A row that is taken back has to be there.
func (x *Table) Emit(b engine.Batch) error {
	x.Batches++
	for i := range int(b.Rows.NumRows()) {
		row := RowText(b.Rows, i)
		if b.Weights == nil || b.Weights[i] > 0 {
			x.Rows = append(x.Rows, row)
			continue
		}
		at := slices.Index(x.Rows, row)
		if at < 0 {
			return fmt.Errorf("row %s is taken back, but is not there", row)
		}
		x.Rows = slices.Delete(x.Rows, at, at+1)
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
