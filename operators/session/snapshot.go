package session

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
//	rows     the input's columns        the rows of open sessions, from which the sessions are found again
//	reach    key, time                  up to where rows of the key are late, while it matters
//	bound    time                       one row: sessions that end before it are closed
const (
	rowsSection  = "rows"
	reachSection = "reach"
)

// Snapshot implements engine.Snapshotter.
func (o *Operator) Snapshot(w engine.StateWriter) error {
	var refs []rowstore.Ref
	for open := range o.sessions.open {
		refs = append(refs, open...)
	}
	if err := state.WriteRows(w, rowsSection, o.rows, refs, o.config.Allocator); err != nil {
		return fmt.Errorf("session: %w", err)
	}
	if err := o.writeReach(w); err != nil {
		return fmt.Errorf("session: %w", err)
	}
	if err := state.WriteBound(w, o.bound, o.config.Allocator); err != nil {
		return fmt.Errorf("session: %w", err)
	}
	return nil
}

func (o *Operator) writeReach(w engine.StateWriter) error {
	var groups []uint32
	for g := range o.keys {
		if o.remembers(&o.keys[g]) {
			groups = append(groups, uint32(g))
		}
	}
	b := array.NewRecordBuilder(o.config.Allocator, state.Schema(o.config.Input, o.config.Key, types.Field{Name: "reach", Type: types.Of(types.BigInt)}))
	defer b.Release()
	for len(groups) > 0 {
		some := groups[:min(len(groups), state.MaxRows)]
		o.table.Append(b.Fields()[:len(o.config.Key)], some)
		for _, g := range some {
			b.Field(len(o.config.Key)).(*array.Int64Builder).Append(o.keys[g].reach)
		}
		if err := state.Write(w, reachSection, b.NewRecordBatch()); err != nil {
			return err
		}
		groups = groups[len(some):]
	}
	return nil
}
