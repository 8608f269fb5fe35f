package join

import (
	"errors"
	"fmt"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
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
