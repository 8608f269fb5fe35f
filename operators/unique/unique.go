// Package unique is the operator that leaves out events which were delivered before: unique_key and unique_within of a source. An
// event is left out if one with the same key came before it, at an event time no more than within away, whether that one was left out
// itself or not:
//
//	arrival     1   2       3     4        5
//	event time  ●───○───────────○─────────────────●──►        of one key; ● counts, ○ is left out
//	            ◄within►◄within►
//	                        ▲ 3, no more than within from 2, though not from 1
//
// Keys are forgotten, so that memory is bounded. An event more than within behind the watermark may be one that is forgotten: it is late.
// Any other is less than that behind, so that those which came before it matter only up to twice as far:
//
//	          watermark - 2 within      watermark - within      watermark
//	 forgotten         │     remembered         │ remembered         │
//	───────────────────┴────────────────────────┴────────────────────┴──────►  event time
//	                late                        │   counts, or is left out
//
// Events without a key, or part of it, and those without event time cannot be told from each other, and count.
package unique

import (
	"errors"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/function"
	"github.com/weirdb/weir/operators/keys"
)

// Operator implements engine.Operator, engine.Snapshotter and engine.Deduplicator.
type Operator struct {
	node   *plan.Unique
	mem    memory.Allocator
	schema *arrow.Schema // of what goes on
	seen   *memories
	bound  int64 // the watermark
	left   int64 // out so far

	// Scratch memory of one batch.
	judged, groups []uint32
	pass, late     []int32
	columns        []arrow.Array
	nulls          []keys.Validity // of the time and the keys
}

// New makes the operator.
func New(n *plan.Unique, mem memory.Allocator) (*Operator, error) {
	layouts := make([]arrow.DataType, len(n.Keys))
	for i, k := range n.Keys {
		layouts[i] = n.From.Read[k].Type.Arrow()
	}
	table, err := keys.New(layouts)
	if err != nil {
		return nil, fmt.Errorf("unique_key: %w", err)
	}
	return &Operator{
		node: n, mem: mem, schema: types.Schema(n.Columns()), bound: int64(engine.MinTime), seen: &memories{table: table, within: n.Within, crowd: fewKeys},
	}, nil
}

// Duplicates implements engine.Deduplicator.
func (o *Operator) Duplicates() int64 { return o.left }

// Process implements engine.Operator.
func (o *Operator) Process(_ int, b engine.Batch, out engine.Emitter) error {
	if b.Weights != nil {
		return errors.New("unique: the input has to be append-only")
	}
	o.judge(b.Rows)
	if len(o.late) > 0 {
		late := function.Select(o.mem, b.Rows, o.late)
		defer late.Release()
		if err := out.Late(late); err != nil {
			return err
		}
	}
	return o.emit(b.Rows, out)
}

// judge sorts rows into those that pass, those that are late, and those that are left out.
func (o *Operator) judge(rows arrow.RecordBatch) {
	o.columns = keys.Pick(o.columns, rows, o.node.Keys)
	times := rows.Column(o.node.Time).(*array.Timestamp)
	o.sort(times)
	o.groups = grown(o.groups, len(o.judged))
	o.seen.find(o.columns, o.judged, o.groups)
	values := times.Values()
	o.pass = o.pass[:0]
	judged, late := 0, 0
	for row := range int32(rows.NumRows()) {
		switch {
		case late < len(o.late) && o.late[late] == row:
			late++
		case judged == len(o.judged) || o.judged[judged] != uint32(row):
			o.pass = append(o.pass, row)
		default:
			if o.seen.see(o.groups[judged], int64(values[row])) {
				o.left++
			} else {
				o.pass = append(o.pass, row)
			}
			judged++
		}
	}
}

// sort lists the rows with a key and a time: those that are late, and those that are to be judged.
func (o *Operator) sort(times *array.Timestamp) {
	o.judged, o.late, o.nulls = o.judged[:0], o.late[:0], append(o.nulls[:0], keys.ValidityOf(times))
	for _, c := range o.columns {
		o.nulls = append(o.nulls, keys.ValidityOf(c))
	}
	for row, at := range times.Values() {
		switch t := int64(at); {
		case o.anyNull(uint32(row)) || infinite(t):
		case t < o.bound && distance(t, o.bound) > uint64(o.node.Within):
			o.late = append(o.late, int32(row))
		default:
			o.judged = append(o.judged, uint32(row))
		}
	}
}

func (o *Operator) anyNull(row uint32) bool {
	for i := range o.nulls {
		if o.nulls[i].Null(row) {
			return true
		}
	}
	return false
}

// emit passes the rows that count on.
func (o *Operator) emit(rows arrow.RecordBatch, out engine.Emitter) error {
	if len(o.pass) == 0 {
		return nil
	}
	narrow := array.NewRecordBatch(o.schema, rows.Columns()[:o.node.Width], rows.NumRows())
	defer narrow.Release()
	if len(o.pass) == int(rows.NumRows()) {
		return out.Emit(engine.Batch{Rows: narrow})
	}
	some := function.Select(o.mem, narrow, o.pass)
	defer some.Release()
	return out.Emit(engine.Batch{Rows: some})
}

// Advance implements engine.Operator. The end of the input forgets nothing: a later run goes on.
func (o *Operator) Advance(wm engine.Time, _ engine.Emitter) error {
	if wm == engine.MaxTime || int64(wm) <= o.bound {
		return nil
	}
	o.bound = int64(wm)
	o.seen.forget(o.bound)
	return nil
}
