package asof

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
//	left    the left columns     rows that are not final, in the order of arrival
//	right   the right columns    rows that left rows may still match
//	seen    key, time            of the keys that have right rows: those at or before the time are late
//	bound   time                 one row: left rows before it are late
const (
	leftSection  = "left"
	rightSection = "right"
	seenSection  = "seen"
	boundSection = "bound"
)

var boundSchema = types.Schema([]types.Field{{Name: "before", Type: types.Of(types.BigInt)}})

func (o *Operator) seenSchema() *arrow.Schema {
	var fields []types.Field
	for i, c := range o.config.LeftKeys {
		fields = append(fields, types.Field{Name: fmt.Sprintf("key%d", i), Type: o.config.Left[c].Type})
	}
	return types.Schema(append(fields, types.Field{Name: "seen", Type: types.Of(types.BigInt)}))
}

// Snapshot implements engine.Snapshotter.
func (o *Operator) Snapshot(w engine.StateWriter) error {
	var left, right []rowstore.Ref
	var groups []uint32
	for _, l := range o.waiting {
		left = append(left, l.row)
	}
	for g := range o.keys {
		for _, r := range o.keys[g].rights {
			right = append(right, r.row)
		}
		if len(o.keys[g].rights) > 0 {
			groups = append(groups, uint32(g))
		}
	}
	if err := o.writeRows(w, leftSection, o.left, left); err != nil {
		return err
	}
	if err := o.writeRows(w, rightSection, o.right, right); err != nil {
		return err
	}
	if err := o.writeSeen(w, groups); err != nil {
		return err
	}
	b := array.NewRecordBuilder(o.config.Allocator, boundSchema)
	defer b.Release()
	b.Field(0).(*array.Int64Builder).Append(o.bound)
	return write(w, boundSection, b.NewRecordBatch())
}

func (o *Operator) writeRows(w engine.StateWriter, section string, from *rowstore.Store, refs []rowstore.Ref) error {
	for len(refs) > 0 {
		some := refs[:min(len(refs), maxRows)]
		if err := write(w, section, from.Take(some, o.config.Allocator)); err != nil {
			return err
		}
		refs = refs[len(some):]
	}
	return nil
}

func (o *Operator) writeSeen(w engine.StateWriter, groups []uint32) error {
	b := array.NewRecordBuilder(o.config.Allocator, o.seenSchema())
	defer b.Release()
	keyed := len(o.config.LeftKeys)
	for len(groups) > 0 {
		some := groups[:min(len(groups), maxRows)]
		o.table.Append(b.Fields()[:keyed], some)
		for _, g := range some {
			b.Field(keyed).(*array.Int64Builder).Append(o.keys[g].seen)
		}
		if err := write(w, seenSection, b.NewRecordBatch()); err != nil {
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
		return fmt.Errorf("asof: write state %s: %w", section, err)
	}
	return nil
}
