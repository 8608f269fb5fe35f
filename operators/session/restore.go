package session

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/operators/keys"
)

// Restore implements engine.Snapshotter: it takes in the keys whose hash this instance owns.
func (o *Operator) Restore(r engine.StateReader) error {
	bound := o.bound
	o.bound = noTime // what another instance has kept is not late, whatever this one has closed
	err := read(r, rowsSection, func(rows arrow.RecordBatch) { o.restoreRows(r, rows) })
	o.bound = bound
	if err != nil {
		return err
	}
	if err := read(r, reachSection, func(rows arrow.RecordBatch) { o.restoreReach(r, rows) }); err != nil {
		return err
	}
	return read(r, boundSection, func(rows arrow.RecordBatch) {
		for _, t := range keys.Values[int64](rows.Column(0)) {
			o.bound = max(o.bound, t)
		}
	})
}

func (o *Operator) restoreRows(r engine.StateReader, rows arrow.RecordBatch) {
	key := keys.Pick(nil, rows, o.config.Key)
	o.timed = owned(r, key, rows.NumRows())
	o.group(key, o.timed)
	o.place(keys.Values[int64](rows.Column(o.config.Time)))
	o.rows.Add(rows, o.kept)
}

func (o *Operator) restoreReach(r engine.StateReader, rows arrow.RecordBatch) {
	last := len(o.config.Key)
	key := rows.Columns()[:last]
	mine := owned(r, key, rows.NumRows())
	o.group(append(o.columns[:0], key...), mine)
	times := keys.Values[int64](rows.Column(last))
	for i, row := range mine {
		k := &o.keys[o.groups[i]]
		k.reach = max(k.reach, times[row])
	}
}

// owned lists the rows whose key this instance is responsible for.
func owned(r engine.StateReader, key []arrow.Array, rows int64) []uint32 {
	hashes := make([]uint64, rows)
	keys.Hash(key, hashes)
	var mine []uint32
	for i, h := range hashes {
		if r.Owns(h) {
			mine = append(mine, uint32(i))
		}
	}
	return mine
}

func read(r engine.StateReader, section string, yield func(arrow.RecordBatch)) error {
	err := r.Read(section, func(rows arrow.RecordBatch) error {
		yield(rows)
		return nil
	})
	if err != nil {
		return fmt.Errorf("session: read state %s: %w", section, err)
	}
	return nil
}
