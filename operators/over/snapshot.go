package over

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
//	partitions   key, last, states of the running calls    one row for each partition
//	history      the input's columns, is one of the first  final rows, those of each partition in their order
//	pending      the input's columns                       rows that are not final, in the order of arrival
//	bound        time                                      one row: rows before it are late
const (
	partitionsSection = "partitions"
	historySection    = "history"
	pendingSection    = "pending"
	boundSection      = "bound"
	maxRows           = 8192 // in a batch
)

var boundSchema = types.Schema([]types.Field{{Name: "before", Type: types.Of(types.BigInt)}})

// partitionsSchema is the key, last, and the states of the running calls.
func (o *Operator) partitionsSchema() *arrow.Schema {
	var fields []types.Field
	for i, c := range o.config.Node.Partition {
		fields = append(fields, types.Field{Name: fmt.Sprintf("key%d", i), Type: o.config.Input[c].Type})
	}
	fields = append(fields, types.Field{Name: "last", Type: types.Of(types.BigInt)})
	for _, c := range o.calls.running {
		for i, t := range c.state.state() {
			fields = append(fields, types.Field{Name: fmt.Sprintf("state%d_%d", c.index, i), Type: t})
		}
	}
	return types.Schema(fields)
}

// Snapshot implements engine.Snapshotter.
func (o *Operator) Snapshot(w engine.StateWriter) error {
	if err := o.writePartitions(w); err != nil {
		return err
	}
	if err := o.writeHistory(w); err != nil {
		return err
	}
	var pending []rowstore.Ref
	for _, e := range o.pending {
		pending = append(pending, e.row)
	}
	for len(pending) > 0 {
		some := pending[:min(len(pending), maxRows)]
		if err := write(w, pendingSection, o.rows.Take(some, o.config.Allocator)); err != nil {
			return err
		}
		pending = pending[len(some):]
	}
	b := array.NewRecordBuilder(o.config.Allocator, boundSchema)
	defer b.Release()
	b.Field(0).(*array.Int64Builder).Append(o.bound)
	return write(w, boundSection, b.NewRecordBatch())
}

func (o *Operator) writePartitions(w engine.StateWriter) error {
	b := array.NewRecordBuilder(o.config.Allocator, o.partitionsSchema())
	defer b.Release()
	keyed := len(o.config.Node.Partition)
	for from := 0; from < len(o.partitions); from += maxRows {
		var some []uint32
		for g := from; g < min(from+maxRows, len(o.partitions)); g++ {
			some = append(some, uint32(g))
			b.Field(keyed).(*array.Int64Builder).Append(o.partitions[g].last)
			at := keyed + 1
			for _, c := range o.calls.running {
				n := len(c.state.state())
				c.state.save(uint32(g), b.Fields()[at:at+n])
				at += n
			}
		}
		o.table.Append(b.Fields()[:keyed], some)
		if err := write(w, partitionsSection, b.NewRecordBatch()); err != nil {
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
		for rest := refs; len(rest) > 0; rest = rest[min(len(rest), maxRows):] {
			if err := o.writeMarked(w, rest[:min(len(rest), maxRows)], first); err != nil {
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
	return write(w, historySection, array.NewRecordBatch(o.historySchema(), append(rows.Columns()[:n:n], marks), rows.NumRows()))
}

// write writes a batch and releases it.
func write(w engine.StateWriter, section string, rows arrow.RecordBatch) error {
	defer rows.Release()
	if err := w.Write(section, rows); err != nil {
		return fmt.Errorf("over: write state %s: %w", section, err)
	}
	return nil
}
