package over

import (
	"errors"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
	"github.com/weirdb/weir/operators/rowstore"
	"github.com/weirdb/weir/operators/state"
)

// Restore implements engine.Snapshotter: it takes in the partitions whose hash this instance owns.
func (o *Operator) Restore(r engine.StateReader) error {
	var broken error
	err := state.Read(r, partitionsSection, func(rows arrow.RecordBatch) { broken = errors.Join(broken, o.restorePartitions(r, rows)) })
	err = errors.Join(err, broken)
	if err == nil {
		err = state.Read(r, historySection, func(rows arrow.RecordBatch) { o.restoreHistory(r, rows) })
	}
	if err == nil {
		err = state.Read(r, pendingSection, func(rows arrow.RecordBatch) {
			o.restoreRows(r, rows, func(_ int, e entry) { o.pending = append(o.pending, e) })
		})
	}
	if err == nil {
		o.bound, err = state.ReadBound(r, o.bound)
	}
	if err != nil {
		return fmt.Errorf("over: %w", err)
	}
	return nil
}

func (o *Operator) restorePartitions(r engine.StateReader, rows arrow.RecordBatch) error {
	keyed := len(o.config.Node.Partition)
	mine := state.Owned(r, rows.Columns()[:keyed], rows.NumRows())
	o.find(append(o.columns[:0], rows.Columns()[:keyed]...), mine)
	last := keys.Values[int64](rows.Column(keyed))
	for i, row := range mine {
		g := o.groups[i]
		o.partitions[g].last = max(o.partitions[g].last, last[row])
		at := keyed + 1
		for _, c := range o.calls.kept {
			n := len(c.state())
			if err := c.load(g, rows.Columns()[at:at+n], int(row)); err != nil {
				return err
			}
			at += n
		}
	}
	return nil
}

func (o *Operator) restoreHistory(r engine.StateReader, rows arrow.RecordBatch) {
	first := rows.Column(len(o.config.Input)).(*array.Boolean)
	o.restoreRows(r, rows, func(row int, e entry) {
		p := &o.partitions[e.group]
		if first.Value(row) {
			p.first = append(p.first, e.row)
			return
		}
		p.history = append(p.history, past{e.time, e.row})
	})
}

// restoreRows stores the rows that this instance owns, and gives take each one's position and place.
func (o *Operator) restoreRows(r engine.StateReader, rows arrow.RecordBatch, take func(row int, e entry)) {
	key := keys.Pick(nil, rows, o.config.Node.Partition)
	mine := state.Owned(r, key, rows.NumRows())
	o.find(key, mine)
	at := timeOf(rows.Column(o.config.Node.Time))
	next := o.rows.Next()
	o.kept = o.kept[:0]
	for i, row := range mine {
		take(int(row), entry{time: at(row), row: next + rowstore.Ref(i), group: o.groups[i]})
		o.kept = append(o.kept, int32(row))
	}
	if n := len(o.config.Input); int(rows.NumCols()) > n {
		rows = array.NewRecordBatch(types.Schema(o.config.Input), rows.Columns()[:n], rows.NumRows())
		defer rows.Release()
	}
	o.rows.Add(rows, o.kept)
}
