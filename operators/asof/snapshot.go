package asof

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/rowstore"
	"github.com/weirdb/weir/operators/state"
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
)

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
	err := state.WriteRows(w, leftSection, o.left, left, o.config.Allocator)
	if err == nil {
		err = state.WriteRows(w, rightSection, o.right, right, o.config.Allocator)
	}
	if err == nil {
		err = o.writeSeen(w, groups)
	}
	if err == nil {
		err = state.WriteBound(w, o.bound, o.config.Allocator)
	}
	if err != nil {
		return fmt.Errorf("asof: %w", err)
	}
	return nil
}

func (o *Operator) writeSeen(w engine.StateWriter, groups []uint32) error {
	b := array.NewRecordBuilder(o.config.Allocator, state.Schema(o.config.Left, o.config.LeftKeys, types.Field{Name: "seen", Type: types.Of(types.BigInt)}))
	defer b.Release()
	keyed := len(o.config.LeftKeys)
	for len(groups) > 0 {
		some := groups[:min(len(groups), state.MaxRows)]
		o.table.Append(b.Fields()[:keyed], some)
		for _, g := range some {
			b.Field(keyed).(*array.Int64Builder).Append(o.keys[g].seen)
		}
		if err := state.Write(w, seenSection, b.NewRecordBatch()); err != nil {
			return err
		}
		groups = groups[len(some):]
	}
	return nil
}
