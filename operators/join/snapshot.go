package join

import (
	"errors"
	"fmt"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

// The sections of the state.
//
//	left        the columns, count, matches, shown     one row for each entry
//	right       the same                               empty where only the existence of keys counts
//	keys        the key, weight                        one row for each key of the right, where only that counts
//	watermark   from before when rows are late         one row
const (
	keysSection      = "keys"
	watermarkSection = "watermark"
)

var sideSections = [2]string{"left", "right"}

// known are the columns behind those of an entry's row.
var known = []types.Field{
	{Name: "count", Type: types.Of(types.Integer)}, {Name: "matches", Type: types.Of(types.Integer)},
	{Name: "shown", Type: types.Of(types.Integer)},
}

// Snapshot implements engine.Snapshotter. Where changes are emitted, it has to follow a Flush.
func (o *Operator) Snapshot(w engine.StateWriter) error {
	for input, s := range o.sides {
		if len(s.touched) > 0 {
			return errors.New("join: snapshot before flush")
		}
		if err := o.writeSide(w, input); err != nil {
			return err
		}
	}
	if err := o.writeKeys(w); err != nil {
		return err
	}
	b := array.NewInt64Builder(o.config.Allocator)
	defer b.Release()
	b.Append(int64(o.watermark))
	return write(w, watermarkSection, []types.Field{{Name: "watermark", Type: types.Of(types.BigInt)}}, []arrow.Array{b.NewArray()})
}

func (o *Operator) writeSide(w engine.StateWriter, input int) error {
	s := o.sides[input]
	fields := slices.Concat(s.fields, known)
	for ids := s.linked(); len(ids) > 0; ids = ids[min(len(ids), maxRows):] {
		part := ids[:min(len(ids), maxRows)]
		columns := s.rows.take(o.config.Allocator, part, nil)
		columns = append(columns, o.knownColumns(s, part)...)
		if err := write(w, sideSections[input], fields, columns); err != nil {
			return err
		}
	}
	return nil
}

func (o *Operator) knownColumns(s *side, ids []uint32) []arrow.Array {
	columns := make([]arrow.Array, len(known))
	for i, value := range []func(*entry) int32{
		func(e *entry) int32 { return e.count }, func(e *entry) int32 { return e.matches }, func(e *entry) int32 { return e.shown },
	} {
		buf, out := allocate[int32](o.config.Allocator, len(ids))
		for k, id := range ids {
			out[k] = value(s.entries.at(id))
		}
		columns[i] = build(arrow.PrimitiveTypes.Int32, len(ids), nil, buf)
	}
	return columns
}

func (o *Operator) writeKeys(w engine.StateWriter) error {
	right := o.sides[1]
	var fields []types.Field
	for _, c := range right.keys {
		fields = append(fields, right.fields[c])
	}
	fields = append(fields, types.Field{Name: "weight", Type: types.Of(types.BigInt)})
	return o.eachWeight(o, func(columns []arrow.Array, weights []int64) error {
		b := array.NewInt64Builder(o.config.Allocator)
		defer b.Release()
		b.AppendValues(weights, nil)
		for _, c := range columns {
			c.Retain()
		}
		return write(w, keysSection, fields, append(columns, b.NewArray()))
	})
}

// write writes columns, which it releases.
func write(w engine.StateWriter, section string, fields []types.Field, columns []arrow.Array) error {
	defer releaseAll(columns)
	rows := array.NewRecordBatch(types.Schema(fields), columns, int64(columns[len(columns)-1].Len()))
	defer rows.Release()
	if err := w.Write(section, rows); err != nil {
		return fmt.Errorf("join: write state %s: %w", section, err)
	}
	return nil
}

// Restore implements engine.Snapshotter: it takes in the rows whose key's hash this instance owns.
func (o *Operator) Restore(r engine.StateReader) error {
	for input, section := range sideSections {
		err := read(r, section, func(rows arrow.RecordBatch) error {
			columns := rows.Columns()
			o.put(input, columns, owned(r, pick(columns, o.sides[input].keys, nil), rows), restored(columns[len(columns)-len(known):]))
			return nil
		})
		if err != nil {
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
