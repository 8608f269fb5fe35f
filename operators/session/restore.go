package session

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/operators/keys"
	"github.com/weirdb/weir/operators/state"
)

// Restore implements engine.Snapshotter: it takes in the keys whose hash this instance owns.
func (o *Operator) Restore(r engine.StateReader) error {
	bound := o.bound
	o.bound = noTime // what another instance has kept is not late, whatever this one has closed
	err := state.Read(r, rowsSection, func(rows arrow.RecordBatch) { o.restoreRows(r, rows) })
	if err == nil {
		err = state.Read(r, reachSection, func(rows arrow.RecordBatch) { o.restoreReach(r, rows) })
	}
	if err == nil {
		o.bound, err = state.ReadBound(r, bound)
	}
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	return nil
}

func (o *Operator) restoreRows(r engine.StateReader, rows arrow.RecordBatch) {
	key := keys.Pick(nil, rows, o.config.Key)
	o.timed = state.Owned(r, key, rows.NumRows())
	o.group(key, o.timed)
	o.place(keys.Values[int64](rows.Column(o.config.Time)))
	o.rows.Add(rows, o.kept)
}

func (o *Operator) restoreReach(r engine.StateReader, rows arrow.RecordBatch) {
	last := len(o.config.Key)
	key := rows.Columns()[:last]
	mine := state.Owned(r, key, rows.NumRows())
	o.group(append(o.columns[:0], key...), mine)
	times := keys.Values[int64](rows.Column(last))
	for i, row := range mine {
		k := &o.keys[o.groups[i]]
		k.reach = max(k.reach, times[row])
	}
}
