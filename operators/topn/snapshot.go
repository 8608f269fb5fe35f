package topn

import (
	"errors"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
	"github.com/weirdb/weir/operators/state"
)

// The state is one section: the rows that are kept, in the columns of the input, those of a key in rank order.
const rowsSection = "rows"

// Snapshot implements engine.Snapshotter. It has to follow a Flush: that everything has been emitted is part of the state.
func (o *Operator) Snapshot(w engine.StateWriter) error {
	if len(o.touched) > 0 {
		return errors.New("topn: snapshot before flush")
	}
	b := array.NewRecordBuilder(o.config.Allocator, types.Schema(o.config.Input))
	defer b.Release()
	var data []byte
	var starts []int
	write := func() error {
		o.cells.Decode(b.Fields(), data, starts)
		data, starts = data[:0], starts[:0]
		return state.Write(w, rowsSection, b.NewRecordBatch())
	}
	for i := range o.groups {
		err := o.rows.each(o.groups[i].root, func(r row) error {
			starts = append(starts, len(data))
			data = append(data, o.rows.cells(r)...)
			if len(starts) < maxRows && len(data) < maxBytes {
				return nil
			}
			return write()
		})
		if err != nil {
			return fmt.Errorf("topn: %w", err)
		}
	}
	if len(starts) == 0 {
		return nil
	}
	if err := write(); err != nil {
		return fmt.Errorf("topn: %w", err)
	}
	return nil
}

// Restore implements engine.Snapshotter: it takes in the rows whose key this instance owns.
func (o *Operator) Restore(r engine.StateReader) error {
	err := state.Read(r, rowsSection, func(rows arrow.RecordBatch) {
		key := keys.Pick(nil, rows, o.node.Keys)
		o.keep(engine.Batch{Rows: rows}, state.Owned(r, key, rows.NumRows()))
	})
	if err != nil {
		return fmt.Errorf("topn: %w", err)
	}
	for _, t := range o.touched { // all of it has been emitted
		o.groups[t.group].touched = false
	}
	o.touched, o.was = o.touched[:0], o.was[:0]
	return nil
}
