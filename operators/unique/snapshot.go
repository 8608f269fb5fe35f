package unique

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
	"github.com/weirdb/weir/operators/state"
)

// seenSection has a row for each span of each key: the key's columns, and the span's ends.
const seenSection = "seen"

// Snapshot implements engine.Snapshotter.
func (o *Operator) Snapshot(w engine.StateWriter) error {
	m := o.seen
	groups := make([]uint32, 0, state.MaxRows)
	spans := make([]span, 0, state.MaxRows)
	flush := func() error {
		err := state.Write(w, seenSection, o.rowsOf(groups, spans))
		groups, spans = groups[:0], spans[:0]
		return err
	}
	for key, id := range m.first {
		for ; id != 0; id = m.spans[id-1].next {
			groups, spans = append(groups, uint32(key)), append(spans, m.spans[id-1])
			if len(groups) < state.MaxRows {
				continue
			}
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if len(groups) > 0 {
		if err := flush(); err != nil {
			return err
		}
	}
	return state.WriteBound(w, o.bound, o.mem)
}

func (o *Operator) rowsOf(groups []uint32, spans []span) arrow.RecordBatch {
	micros := types.Of(types.BigInt)
	b := array.NewRecordBuilder(o.mem, state.Schema(o.node.From.Read, o.node.Keys, types.Field{Name: "from", Type: micros}, types.Field{Name: "to", Type: micros}))
	defer b.Release()
	n := len(o.node.Keys)
	o.seen.table.Append(b.Fields()[:n], groups)
	from, to := b.Field(n).(*array.Int64Builder), b.Field(n+1).(*array.Int64Builder)
	for _, s := range spans {
		from.Append(s.from)
		to.Append(s.to)
	}
	return b.NewRecordBatch()
}

// Restore implements engine.Snapshotter.
func (o *Operator) Restore(r engine.StateReader) (err error) {
	if o.bound, err = state.ReadBound(r, o.bound); err != nil {
		return err
	}
	n := len(o.node.Keys)
	return state.Read(r, seenSection, func(rows arrow.RecordBatch) {
		mine := state.Owned(r, rows.Columns()[:n], rows.NumRows())
		o.groups = grown(o.groups, len(mine))
		o.seen.find(rows.Columns()[:n], mine, o.groups)
		from, to := keys.Values[int64](rows.Column(n)), keys.Values[int64](rows.Column(n+1))
		for i, row := range mine {
			o.seen.add(o.groups[i], from[row], to[row])
		}
	})
}
