// Package expire is the operator that takes rows back once the watermark has passed their event time by a given span: state_ttl.
//
//	event time  ──●────●──────────●────●──►
//	              a    b          c    d
//	watermark                  ▲         after it, rows before watermark - ttl are gone: a is taken back, b follows
//	                 ◄── ttl ──┘
//
// Rows are kept in the batches that they came in, each with an order of its rows by time, so that only what expires is touched.
package expire

import (
	"cmp"
	"errors"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/operators/function"
	"github.com/weirdb/weir/operators/state"
)

// Operator implements engine.Operator and engine.Snapshotter.
type Operator struct {
	node    *plan.Expire
	mem     memory.Allocator
	batches []*kept
	before  int64 // rows earlier than this have expired
}

// kept is a batch of which some rows have not expired.
type kept struct {
	rows  arrow.RecordBatch
	order []int32 // rows that have not expired, by time
}

// New makes the operator.
func New(n *plan.Expire, mem memory.Allocator) *Operator {
	return &Operator{node: n, mem: mem, before: int64(engine.MinTime)}
}

// Process implements engine.Operator. Rows without event time never expire; one that would have expired already is late.
func (o *Operator) Process(_ int, b engine.Batch, out engine.Emitter) error {
	if b.Weights != nil {
		return errors.New("expire: the input has to be append-only")
	}
	times := o.times(b.Rows)
	var live, late []int32
	for i := range times.Len() {
		if times.IsValid(i) && int64(times.Value(i)) < o.before {
			late = append(late, int32(i))
		} else {
			live = append(live, int32(i))
		}
	}
	if len(late) == 0 {
		return o.keep(b.Rows, out)
	}
	gone := function.Select(o.mem, b.Rows, late)
	defer gone.Release()
	rest := function.Select(o.mem, b.Rows, live)
	defer rest.Release()
	return errors.Join(out.Late(gone), o.keep(rest, out))
}

func (o *Operator) times(rows arrow.RecordBatch) *array.Timestamp {
	return rows.Column(o.node.Time).(*array.Timestamp)
}

// keep emits rows, and keeps those that will expire.
func (o *Operator) keep(rows arrow.RecordBatch, out engine.Emitter) error {
	if rows.NumRows() == 0 {
		return nil
	}
	o.remember(rows)
	return out.Emit(engine.Batch{Rows: rows})
}

func (o *Operator) remember(rows arrow.RecordBatch) {
	times := o.times(rows)
	k := &kept{rows: rows}
	for i := range times.Len() {
		if times.IsValid(i) {
			k.order = append(k.order, int32(i))
		}
	}
	if len(k.order) == 0 {
		return
	}
	values := times.Values()
	slices.SortStableFunc(k.order, func(a, b int32) int { return cmp.Compare(values[a], values[b]) })
	rows.Retain()
	o.batches = append(o.batches, k)
}

// Advance implements engine.Operator. The end of the input expires nothing.
func (o *Operator) Advance(wm engine.Time, out engine.Emitter) error {
	if wm == engine.MaxTime || wm < engine.MinTime+engine.Time(o.node.TTL) {
		return nil
	}
	o.before = max(o.before, int64(wm)-o.node.TTL)
	left := o.batches[:0]
	var err error
	for _, k := range o.batches {
		if err == nil {
			err = o.expire(k, out)
		}
		if len(k.order) > 0 {
			left = append(left, k)
		} else {
			k.rows.Release()
		}
	}
	clear(o.batches[len(left):])
	o.batches = left
	return err
}

// expire takes back the rows of a batch whose time has come.
func (o *Operator) expire(k *kept, out engine.Emitter) error {
	values := o.times(k.rows).Values()
	n := 0
	for n < len(k.order) && int64(values[k.order[n]]) < o.before {
		n++
	}
	if n == 0 {
		return nil
	}
	rows := function.Select(o.mem, k.rows, k.order[:n])
	defer rows.Release()
	k.order = k.order[n:]
	weights := make([]int8, n)
	for i := range weights {
		weights[i] = -1
	}
	return out.Emit(engine.Batch{Rows: rows, Weights: weights})
}

// Snapshot implements engine.Snapshotter.
func (o *Operator) Snapshot(w engine.StateWriter) error {
	for _, k := range o.batches {
		if err := state.Write(w, "rows", function.Select(o.mem, k.rows, k.order)); err != nil {
			return err
		}
	}
	return state.WriteBound(w, o.before, o.mem)
}

// Restore implements engine.Snapshotter.
func (o *Operator) Restore(r engine.StateReader) (err error) {
	if o.before, err = state.ReadBound(r, o.before); err != nil {
		return err
	}
	return state.Read(r, "rows", func(rows arrow.RecordBatch) {
		mine := state.Owned(r, rows.Columns(), rows.NumRows())
		index := make([]int32, len(mine))
		for i, row := range mine {
			index[i] = int32(row)
		}
		own := function.Select(o.mem, rows, index)
		defer own.Release()
		if own.NumRows() > 0 {
			o.remember(own)
		}
	})
}
