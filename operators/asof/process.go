package asof

import (
	"errors"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/operators/keys"
	"github.com/weirdb/weir/operators/rowstore"
)

// Process implements engine.Operator. Late rows go to out.Late, with the columns of their input. Left rows that match nothing,
// whatever comes, go on at once.
func (o *Operator) Process(input int, b engine.Batch, out engine.Emitter) error {
	if b.Weights != nil {
		return errors.New("asof: the inputs have to be append-only")
	}
	if input == Left {
		o.find(b.Rows, o.config.LeftKeys, o.config.LeftTime)
		o.addLeft(b.Rows)
		if len(o.without) > 0 && o.config.Kind == plan.LeftJoin {
			if err := o.emitUnmatched(b.Rows, out); err != nil {
				return err
			}
		}
		return o.emitLate(b.Rows, out)
	}
	o.find(b.Rows, o.config.RightKeys, o.config.RightTime)
	o.addRight(b.Rows)
	return o.emitLate(b.Rows, out)
}

// find lists the rows that have a key and a time, with their groups, and those that have not.
func (o *Operator) find(rows arrow.RecordBatch, key []int, time int) {
	var valid []keys.Validity
	for _, c := range append([]int{time}, key...) {
		if v := keys.ValidityOf(rows.Column(c)); v.Any() {
			valid = append(valid, v)
		}
	}
	o.rows, o.without = o.rows[:0], o.without[:0]
	for i := range uint32(rows.NumRows()) {
		if slices.ContainsFunc(valid, func(v keys.Validity) bool { return v.Null(i) }) {
			o.without = append(o.without, int32(i))
			continue
		}
		o.rows = append(o.rows, i)
	}
	o.group(keys.Pick(o.columns, rows, key))
}

// group numbers the keys of the rows, and makes room for new ones.
func (o *Operator) group(columns []arrow.Array) {
	o.columns = columns
	o.groups = slices.Grow(o.groups[:0], len(o.rows))[:len(o.rows)]
	o.table.Find(columns, o.rows, o.groups)
	for len(o.keys) < o.table.Len() {
		o.keys = append(o.keys, key{seen: noTime})
	}
}

func (o *Operator) addLeft(rows arrow.RecordBatch) {
	o.kept, o.late = o.kept[:0], o.late[:0]
	times, next := keys.Values[int64](rows.Column(o.config.LeftTime)), o.left.Next()
	for i, r := range o.rows {
		t := times[r]
		if o.lateLeft(t) {
			o.late = append(o.late, int32(r))
			continue
		}
		o.waiting = append(o.waiting, leftRow{time: t, row: next + rowstore.Ref(len(o.kept)), group: o.groups[i]})
		o.kept = append(o.kept, int32(r))
	}
	o.left.Add(rows, o.kept)
}

func (o *Operator) addRight(rows arrow.RecordBatch) {
	o.kept, o.late = o.kept[:0], o.late[:0]
	times, next := keys.Values[int64](rows.Column(o.config.RightTime)), o.right.Next()
	for i, r := range o.rows {
		k, t := &o.keys[o.groups[i]], times[r]
		if o.lateRight(k, t) {
			o.late = append(o.late, int32(r))
			continue
		}
		if len(k.rights) == 0 && o.bound != noTime {
			k.seen = max(k.seen, o.bound-1)
		}
		if k.insert(rightRow{time: t, row: next + rowstore.Ref(len(o.kept))}) {
			o.kept = append(o.kept, int32(r))
		}
	}
	o.right.Add(rows, o.kept)
}
