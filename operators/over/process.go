package over

import (
	"errors"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/operators/function"
	"github.com/weirdb/weir/operators/keys"
	"github.com/weirdb/weir/operators/rowstore"
)

// Process implements engine.Operator. A row is late if it lies before the watermark, or not behind the last row that its
// partition has emitted, which after the end of the input can be ahead of the watermark.
func (o *Operator) Process(_ int, b engine.Batch, out engine.Emitter) error {
	if b.Weights != nil {
		return errors.New("over: the input has to be append-only")
	}
	n := int(b.Rows.NumRows())
	o.find(keys.Pick(o.columns, b.Rows, o.config.Node.Partition), keys.Iota(nil, n))
	o.kept, o.late = o.kept[:0], o.late[:0]
	at := timeOf(b.Rows.Column(o.config.Node.Time))
	next := o.rows.Next()
	for i := range uint32(n) {
		t, g := at(i), o.groups[i]
		if t < o.bound || t <= o.partitions[g].last {
			o.late = append(o.late, int32(i))
			continue
		}
		o.kept = append(o.kept, int32(i))
		o.pending = append(o.pending, entry{time: t, row: next, group: g})
		next++
	}
	o.rows.Add(b.Rows, o.kept)
	if len(o.late) == 0 {
		return nil
	}
	late := function.Select(o.config.Allocator, b.Rows, o.late)
	defer late.Release()
	return out.Late(late)
}

// timeOf reads a time column, with nullTime for NULL.
func timeOf(a arrow.Array) func(row uint32) int64 {
	values, valid := keys.Values[int64](a), keys.ValidityOf(a)
	return func(row uint32) int64 {
		if valid.Null(row) {
			return nullTime
		}
		return min(values[row], infinity)
	}
}

// find numbers the partitions of rows, and makes room for new ones.
func (o *Operator) find(columns []arrow.Array, rows []uint32) {
	o.columns = columns
	o.groups = slices.Grow(o.groups[:0], len(rows))[:len(rows)]
	o.table.Find(columns, rows, o.groups)
	for len(o.partitions) < o.table.Len() {
		o.partitions = append(o.partitions, partition{last: noTime})
	}
	for _, c := range o.calls.kept {
		c.grow(len(o.partitions))
	}
}

// held yields the Refs of all rows, each once, in pieces that Compact may change.
func (o *Operator) held(yield func([]rowstore.Ref) bool) {
	var one [1]rowstore.Ref
	for i := range o.pending {
		one[0] = o.pending[i].row
		if !yield(one[:]) {
			return
		}
		o.pending[i].row = one[0]
	}
	for i := range o.partitions {
		p := &o.partitions[i]
		if len(p.first) > 0 && !yield(p.first) {
			return
		}
		for j := range p.history {
			one[0] = p.history[j].row
			if !yield(one[:]) {
				return
			}
			p.history[j].row = one[0]
		}
	}
}
