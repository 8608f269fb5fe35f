package asof

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/operators/keys"
)

// Restore implements engine.Snapshotter: it takes in the keys whose hash this instance owns.
func (o *Operator) Restore(r engine.StateReader) error {
	bound := o.bound
	o.bound = noTime // what another instance has kept is not late, whatever this one has emitted
	err := read(r, rightSection, func(rows arrow.RecordBatch) {
		o.own(r, keys.Pick(nil, rows, o.config.RightKeys), rows.NumRows())
		o.addRight(rows)
	})
	if err == nil {
		err = read(r, leftSection, func(rows arrow.RecordBatch) {
			o.own(r, keys.Pick(nil, rows, o.config.LeftKeys), rows.NumRows())
			o.addLeft(rows)
		})
	}
	o.bound = bound
	if err != nil {
		return err
	}
	if err := read(r, seenSection, func(rows arrow.RecordBatch) { o.restoreSeen(r, rows) }); err != nil {
		return err
	}
	return read(r, boundSection, func(rows arrow.RecordBatch) {
		for _, t := range keys.Values[int64](rows.Column(0)) {
			o.bound = max(o.bound, t)
		}
	})
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
	hashes := make([]uint64, rows)
	keys.Hash(key, hashes)
	o.rows = o.rows[:0]
	for i, h := range hashes {
		if r.Owns(h) {
			o.rows = append(o.rows, uint32(i))
		}
	}
	o.group(append(o.columns[:0], key...))
}

func read(r engine.StateReader, section string, yield func(arrow.RecordBatch)) error {
	err := r.Read(section, func(rows arrow.RecordBatch) error {
		yield(rows)
		return nil
	})
	if err != nil {
		return fmt.Errorf("asof: read state %s: %w", section, err)
	}
	return nil
}
