package session

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/rowstore"
)

// The sections of the state.
//
//	rows     the input's columns        the rows of open sessions, from which the sessions are found again
//	reach    key, time                  up to where rows of the key are late, while it matters
//	bound    time                       one row: sessions that end before it are closed
const (
	rowsSection  = "rows"
	reachSection = "reach"
	boundSection = "bound"
)

var boundSchema = types.Schema([]types.Field{{Name: "before", Type: types.Of(types.BigInt)}})

func (o *Operator) reachSchema() *arrow.Schema {
	var fields []types.Field
	for i, c := range o.config.Key {
		fields = append(fields, types.Field{Name: fmt.Sprintf("key%d", i), Type: o.config.Input[c].Type})
	}
	return types.Schema(append(fields, types.Field{Name: "reach", Type: types.Of(types.BigInt)}))
}

// Snapshot implements engine.Snapshotter.
func (o *Operator) Snapshot(w engine.StateWriter) error {
	var refs []rowstore.Ref
	for open := range o.sessions.open {
		refs = append(refs, open...)
	}
	for len(refs) > 0 {
		n := min(len(refs), maxRows)
		if err := write(w, rowsSection, o.rows.Take(refs[:n], o.config.Allocator)); err != nil {
			return err
		}
		refs = refs[n:]
	}
	if err := o.writeReach(w); err != nil {
		return err
	}
	b := array.NewRecordBuilder(o.config.Allocator, boundSchema)
	defer b.Release()
	b.Field(0).(*array.Int64Builder).Append(o.bound)
	return write(w, boundSection, b.NewRecordBatch())
}

func (o *Operator) writeReach(w engine.StateWriter) error {
	var groups []uint32
	for g := range o.keys {
		if o.remembers(&o.keys[g]) {
			groups = append(groups, uint32(g))
		}
	}
	b := array.NewRecordBuilder(o.config.Allocator, o.reachSchema())
	defer b.Release()
	for len(groups) > 0 {
		some := groups[:min(len(groups), maxRows)]
		o.table.Append(b.Fields()[:len(o.config.Key)], some)
		for _, g := range some {
			b.Field(len(o.config.Key)).(*array.Int64Builder).Append(o.keys[g].reach)
		}
		if err := write(w, reachSection, b.NewRecordBatch()); err != nil {
			return err
		}
		groups = groups[len(some):]
	}
	return nil
}

// write writes a batch and releases it.
func write(w engine.StateWriter, section string, rows arrow.RecordBatch) error {
	defer rows.Release()
	if err := w.Write(section, rows); err != nil {
		return fmt.Errorf("session: write state %s: %w", section, err)
	}
	return nil
}
