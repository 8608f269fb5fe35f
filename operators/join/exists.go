package join

import (
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/operators/function"
)

// Where a semi or anti join has nothing but keys, the right side is a weight for each key:
//
//	right rows   +a +b +b −a        weights   a 0   b 2        left rows with key b have a match

// weighKeys adds the right rows in hand. Where a key appears or goes, its left rows are to be settled, or, if rows are written
// once, decided.
func (o *Operator) weighKeys(h *hand, out engine.Emitter) error {
	left, right := o.sides[0], o.sides[1]
	o.found = o.found[:0]
	for k, key := range h.keys {
		before := right.weights[key]
		after := before + int64(h.weight(k))
		right.weights[key] = after
		right.known += nonzero(after) - nonzero(before)
		if (before > 0) == (after > 0) {
			continue
		}
		for at := left.heads[key]; at != 0; at = left.entries.at(at - 1).next {
			if o.node.Changes {
				left.touched = append(left.touched, at-1)
				continue
			}
			left.unlink(at - 1)
			o.found = append(o.found, at-1)
		}
	}
	if o.node.Kind == plan.AntiJoin {
		return nil
	}
	return o.emitRows(0, o.found, out)
}

func nonzero(weight int64) int {
	if weight != 0 {
		return 1
	}
	return 0
}

// lookUp adds the left rows in hand. If rows are written once, only those are kept whose key is not there yet.
func (o *Operator) lookUp(h *hand, out engine.Emitter) error {
	if o.node.Changes {
		o.admit(h)
		return nil
	}
	var matched []int32
	n := 0
	for k, key := range h.keys {
		if o.sides[1].weights[key] > 0 {
			matched = append(matched, int32(h.rows[k]))
			continue
		}
		h.keys[n], h.rows[n] = key, h.rows[k]
		n++
	}
	h.keys, h.rows = h.keys[:n], h.rows[:n]
	if n > 0 {
		o.admit(h)
	}
	if len(matched) == 0 || o.node.Kind == plan.AntiJoin {
		return nil
	}
	found := function.Select(o.config.Allocator, h.batch.Rows, matched)
	defer found.Release()
	return out.Emit(engine.Batch{Rows: found})
}
