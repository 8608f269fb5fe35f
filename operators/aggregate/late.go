package aggregate

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
)

// span is a run of rows, from and up to.
type span struct{ from, to int64 }

// emitLate puts the late rows of the batch aside, as one batch.
func (o *Operator) emitLate(rows arrow.RecordBatch, out engine.Emitter) error {
	if len(o.late) == 0 {
		return nil
	}
	late := rows.NewSlice(o.late[0].from, o.late[0].to)
	defer func() { late.Release() }()
	if len(o.late) > 1 {
		joined, err := o.joinLate(rows)
		if err != nil {
			return fmt.Errorf("aggregate: gather late rows: %w", err)
		}
		late.Release()
		late = joined
	}
	return out.Late(late)
}

func (o *Operator) joinLate(rows arrow.RecordBatch) (arrow.RecordBatch, error) {
	n := int64(0)
	for _, s := range o.late {
		n += s.to - s.from
	}
	columns := make([]arrow.Array, 0, rows.NumCols())
	defer func() { releaseAll(columns) }()
	for _, c := range rows.Columns() {
		joined, err := joinSpans(c, o.late, o.config.Allocator)
		if err != nil {
			return nil, err
		}
		columns = append(columns, joined)
	}
	return array.NewRecordBatch(rows.Schema(), columns, n), nil
}

// joinSpans copies runs of rows into one array.
func joinSpans(a arrow.Array, spans []span, mem memory.Allocator) (arrow.Array, error) {
	slices := make([]arrow.Array, len(spans))
	defer releaseAll(slices)
	for i, s := range spans {
		slices[i] = array.NewSlice(a, s.from, s.to)
	}
	return array.Concatenate(slices, mem)
}

func releaseAll(arrays []arrow.Array) {
	for _, a := range arrays {
		a.Release()
	}
}
