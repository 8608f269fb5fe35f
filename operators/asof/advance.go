package asof

import (
	"slices"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/operators/rowstore"
	"github.com/weirdb/weir/operators/state"
)

// Advance implements engine.Operator: left rows before the watermark are final. At the end of the input all are, and rows before
// them are late from then on.
func (o *Operator) Advance(wm engine.Time, out engine.Emitter) error {
	final := o.takeFinal(wm)
	if wm != engine.MaxTime {
		o.bound = max(o.bound, int64(wm))
	}
	for _, l := range final {
		o.bound = max(o.bound, l.time+1)
	}
	for from := 0; from < len(final); from += state.MaxRows {
		if err := o.emit(final[from:min(from+state.MaxRows, len(final))], out); err != nil {
			return err
		}
	}
	o.tidy()
	return nil
}

// takeFinal takes the waiting left rows before the watermark.
func (o *Operator) takeFinal(wm engine.Time) []leftRow {
	var final []leftRow
	still := o.waiting[:0]
	for _, l := range o.waiting {
		if l.time < int64(wm) || wm == engine.MaxTime {
			final = append(final, l)
		} else {
			still = append(still, l)
		}
	}
	o.waiting = still
	return final
}

// emit pairs left rows with their right rows.
func (o *Operator) emit(final []leftRow, out engine.Emitter) error {
	var lefts, rights, done []rowstore.Ref
	var index []int32 // of each left row's right row among rights, -1 without one
	for _, l := range final {
		k := &o.keys[l.group]
		done = append(done, l.row)
		at := k.match(l.time, o.config.Strict)
		if len(k.rights) > 0 {
			k.seen = max(k.seen, l.time)
		}
		if at < 0 && o.config.Kind == plan.InnerJoin {
			continue
		}
		lefts = append(lefts, l.row)
		if at < 0 {
			index = append(index, -1)
			continue
		}
		index = append(index, int32(len(rights)))
		rights = append(rights, k.rights[at].row)
	}
	err := o.emitPairs(lefts, rights, index, out)
	o.left.Drop(done)
	return err
}

// fewRows may be out of use without it being worth the search.
const fewRows = 4096

// tidy drops right rows that are out of use, forgets keys without any, and copies rows together, where that is worth its cost.
func (o *Operator) tidy() {
	if o.right.Len()+len(o.keys) > 2*o.swept+fewRows {
		for i := range o.keys {
			o.keys[i].trim(o.bound, o.config.Strict, o.right)
		}
		o.forget()
		o.swept = o.right.Len() + len(o.keys)
	}
	if o.left.Crowded() {
		o.left.Compact(func(yield func([]rowstore.Ref) bool) {
			eachRef(o.waiting, func(l *leftRow) *rowstore.Ref { return &l.row }, yield)
		})
	}
	if o.right.Crowded() {
		o.right.Compact(func(yield func([]rowstore.Ref) bool) {
			for i := range o.keys {
				eachRef(o.keys[i].rights, func(r *rightRow) *rowstore.Ref { return &r.row }, yield)
			}
		})
	}
}

// eachRef yields the Ref of each row, which yield may change.
func eachRef[T any](rows []T, ref func(*T) *rowstore.Ref, yield func([]rowstore.Ref) bool) {
	var one [1]rowstore.Ref
	for i := range rows {
		at := ref(&rows[i])
		one[0] = *at
		yield(one[:])
		*at = one[0]
	}
}

// forget drops keys that have no row.
func (o *Operator) forget() {
	busy := make([]bool, len(o.keys))
	for _, l := range o.waiting {
		busy[l.group] = true
	}
	var held []uint32
	moved := make([]uint32, len(o.keys))
	for g, k := range o.keys {
		if busy[g] || len(k.rights) > 0 {
			moved[g] = uint32(len(held))
			o.keys[len(held)] = k
			held = append(held, uint32(g))
		}
	}
	o.keys = slices.Delete(o.keys, len(held), len(o.keys))
	o.table.Keep(held)
	for i := range o.waiting {
		o.waiting[i].group = moved[o.waiting[i].group]
	}
}
