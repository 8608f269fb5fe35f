package over

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/rowstore"
	"github.com/weirdb/weir/operators/state"
)

// The sections of the state.
//
//	partitions   key, last, what running and detected calls keep    one row for each partition
//	history      the input's columns, is one of the first  final rows, those of each partition in their order
//	pending      the input's columns                       rows that are not final, in the order of arrival
//	bound        time                                      one row: rows before it are late
const (
	partitionsSection = "partitions"
	historySection    = "history"
	pendingSection    = "pending"
)

// partitionsSchema is the key, last, and what the calls keep.
func (o *Operator) partitionsSchema() *arrow.Schema {
	fields := []types.Field{{Name: "last", Type: types.Of(types.BigInt)}}
	for k, c := range o.calls.kept {
		for i, t := range c.state() {
			fields = append(fields, types.Field{Name: fmt.Sprintf("state%d_%d", k, i), Type: t})
		}
	}
	return state.Schema(o.config.Input, o.config.Node.Partition, fields...)
}

// Snapshot implements engine.Snapshotter.
func (o *Operator) Snapshot(w engine.StateWriter) error {
	var pending []rowstore.Ref
	for _, e := range o.pending {
		pending = append(pending, e.row)
	}
	err := o.writePartitions(w)
	if err == nil {
		err = o.writeHistory(w)
	}
	if err == nil {
		err = state.WriteRows(w, pendingSection, o.rows, pending, o.config.Allocator)
	}
	if err == nil {
		err = state.WriteBound(w, o.bound, o.config.Allocator)
	}
	if err != nil {
		return fmt.Errorf("over: %w", err)
	}
	return nil
}

func (o *Operator) writePartitions(w engine.StateWriter) error {
	b := array.NewRecordBuilder(o.config.Allocator, o.partitionsSchema())
	defer b.Release()
	keyed := len(o.config.Node.Partition)
	for from := 0; from < len(o.partitions); from += state.MaxRows {
		var some []uint32
		for g := from; g < min(from+state.MaxRows, len(o.partitions)); g++ {
			some = append(some, uint32(g))
			b.Field(keyed).(*array.Int64Builder).Append(o.partitions[g].last)
			at := keyed + 1
			for _, c := range o.calls.kept {
				n := len(c.state())
				c.save(uint32(g), b.Fields()[at:at+n])
				at += n
			}
		}
		o.table.Append(b.Fields()[:keyed], some)
		if err := state.Write(w, partitionsSection, b.NewRecordBatch()); err != nil {
			return err
		}
	}
	return nil
}

func (o *Operator) writeHistory(w engine.StateWriter) error {
	var refs []rowstore.Ref
	for _, first := range []bool{true, false} {
		refs = refs[:0]
		for i := range o.partitions {
			if first {
				refs = append(refs, o.partitions[i].first...)
				continue
			}
			for _, x := range o.partitions[i].history {
				refs = append(refs, x.row)
			}
		}
		for rest := refs; len(rest) > 0; rest = rest[min(len(rest), state.MaxRows):] {
			if err := o.writeMarked(w, rest[:min(len(rest), state.MaxRows)], first); err != nil {
				return err
			}
		}
	}
	return nil
}

// historySchema is the input's columns, and whether the row is one of its partition's first.
func (o *Operator) historySchema() *arrow.Schema {
	n := len(o.config.Input)
	return types.Schema(append(o.config.Input[:n:n], types.Field{Name: "first", Type: types.Of(types.Boolean)}))
}

func (o *Operator) writeMarked(w engine.StateWriter, refs []rowstore.Ref, first bool) error {
	rows := o.rows.Take(refs, o.config.Allocator)
	defer rows.Release()
	b := array.NewBooleanBuilder(o.config.Allocator)
	defer b.Release()
	for range refs {
		b.Append(first)
	}
	marks := b.NewArray()
	defer marks.Release()
	n := rows.NumCols()
	return state.Write(w, historySection, array.NewRecordBatch(o.historySchema(), append(rows.Columns()[:n:n], marks), rows.NumRows()))
}
