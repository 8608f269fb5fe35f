package join

import (
	"fmt"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/operators/keys"
)

// Restore implements engine.Snapshotter: it takes in the rows whose key's hash this instance owns.
func (o *Operator) Restore(r engine.StateReader) error {
	for input := range sideSections {
		if err := o.readSide(r, input); err != nil {
			return err
		}
	}
	err := read(r, keysSection, func(rows arrow.RecordBatch) error {
		last := int(rows.NumCols()) - 1
		key := rows.Columns()[:last]
		o.putWeights(key, owned(r, key, rows), keys.Values[int64](rows.Column(last)))
		return nil
	})
	if err != nil {
		return err
	}
	return read(r, watermarkSection, func(rows arrow.RecordBatch) error {
		o.watermark = max(o.watermark, engine.Time(slices.Max(keys.Values[int64](rows.Column(0)))))
		return nil
	})
}

func (o *Operator) readSide(r engine.StateReader, input int) error {
	return read(r, sideSections[input], func(rows arrow.RecordBatch) error {
		columns := rows.Columns()
		key := pick(columns, o.sides[input].keys, nil)
		o.put(input, columns, owned(r, key, rows), restored(columns[len(columns)-len(known):]))
		return nil
	})
}

// restored reads what was known about each row.
func restored(columns []arrow.Array) func(row uint32) entry {
	count, matches, shown := keys.Values[int32](columns[0]), keys.Values[int32](columns[1]), keys.Values[int32](columns[2])
	return func(row uint32) entry { return entry{count: count[row], matches: matches[row], shown: shown[row]} }
}

// owned lists the rows whose key this instance is responsible for.
func owned(r engine.StateReader, key []arrow.Array, rows arrow.RecordBatch) []uint32 {
	hashes := make([]uint64, rows.NumRows())
	keys.Hash(key, hashes)
	var out []uint32
	for i, h := range hashes {
		if r.Owns(h) {
			out = append(out, uint32(i))
		}
	}
	return out
}

func read(r engine.StateReader, section string, yield func(arrow.RecordBatch) error) error {
	if err := r.Read(section, yield); err != nil {
		return fmt.Errorf("join: read state %s: %w", section, err)
	}
	return nil
}
