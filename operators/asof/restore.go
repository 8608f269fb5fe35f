package asof

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
	o.bound = noTime // what another instance has kept is not late, whatever this one has emitted
	err := state.Read(r, rightSection, func(rows arrow.RecordBatch) {
		o.own(r, keys.Pick(nil, rows, o.config.RightKeys), rows.NumRows())
		o.addRight(rows)
	})
	if err == nil {
		err = state.Read(r, leftSection, func(rows arrow.RecordBatch) {
			o.own(r, keys.Pick(nil, rows, o.config.LeftKeys), rows.NumRows())
			o.addLeft(rows)
		})
	}
	if err == nil {
		err = state.Read(r, seenSection, func(rows arrow.RecordBatch) { o.restoreSeen(r, rows) })
	}
	if err == nil {
		o.bound, err = state.ReadBound(r, bound)
	}
	if err != nil {
		return fmt.Errorf("asof: %w", err)
	}
	return nil
}

func (o *Operator) restoreSeen(r engine.StateReader, rows arrow.RecordBatch) {
	keyed := len(o.config.LeftKeys)
	o.own(r, rows.Columns()[:keyed], rows.NumRows())
	times := keys.Values[int64](rows.Column(keyed))
	for i, row := range o.rows {
		k := &o.keys[o.groups[i]]
		k.seen = max(k.seen, times[row])
	}
}

// own lists the rows whose key this instance is responsible for, with their groups.
func (o *Operator) own(r engine.StateReader, key []arrow.Array, rows int64) {
	o.rows = state.Owned(r, key, rows)
	o.group(append(o.columns[:0], key...))
}
