package join

import (
	"math"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
)

// maxRows is how many pairs are tested, and how many rows are put in a batch.
const maxRows = 8192

// pairs are rows in hand, by their position in hand.rows, and rows of the other side.
type pairs struct {
	in    []uint32
	other []uint32
}

// pair finds the candidates for the rows in hand, and matches them a batch at a time.
func (o *Operator) pair(h *hand, out engine.Emitter) error {
	own, other := o.sides[h.input], o.sides[1-h.input]
	o.pairs.in, o.pairs.other = o.pairs.in[:0], o.pairs.other[:0]
	low, high := int64(math.MinInt64), int64(math.MaxInt64)
	for k, key := range h.keys {
		if h.times != nil {
			low, high = o.reach(h.input, h.times[h.rows[k]])
		}
		for at := other.heads[key]; at != 0; {
			e := other.entries.at(at - 1)
			if e.time >= low && e.time <= high && e.key != gone {
				o.pairs.in, o.pairs.other = append(o.pairs.in, uint32(k)), append(o.pairs.other, at-1)
			}
			at = e.next
			if len(o.pairs.in) < maxRows {
				continue
			}
			if err := o.match(h, out); err != nil {
				return err
			}
			if own.entries.at(h.ids[k]).key == gone { // a left row that is written, or will never be
				break
			}
		}
	}
	return o.match(h, out)
}

// reach returns between which times a row at the given time can have a match.
func (o *Operator) reach(input int, time int64) (low, high int64) {
	b := o.bounds
	if input == 0 {
		return shift(time, b.Low), shift(time, b.High)
	}
	return shift(time, -b.High), shift(time, -b.Low)
}

// match tests the candidates, and counts and emits those that match.
func (o *Operator) match(h *hand, out engine.Emitter) error {
	p := &o.pairs
	if len(p.in) == 0 {
		return nil
	}
	if o.residual != nil {
		if err := o.residual.keep(h, p, o.sides[1-h.input].rows); err != nil {
			return err
		}
	}
	err := o.matched(h, out)
	p.in, p.other = p.in[:0], p.other[:0]
	return err
}

func (o *Operator) matched(h *hand, out engine.Emitter) error {
	half := o.node.Kind == plan.SemiJoin || o.node.Kind == plan.AntiJoin
	if half && !o.node.Changes {
		return o.decide(h, out)
	}
	if o.node.Kind != plan.InnerJoin {
		o.count(h)
	}
	if half {
		return nil
	}
	return o.emitPairs(h, out)
}

// count adds the pairs to the matches of both rows. Rows of the other side that get their first match, or lose their last,
// are to be settled; those in hand are anyway.
func (o *Operator) count(h *hand) {
	own, other := o.sides[h.input], o.sides[1-h.input]
	settle := o.node.Changes && other.shows != showsPairs
	for i, k := range o.pairs.in {
		id := o.pairs.other[i]
		e := other.entries.at(id)
		before := e.matches
		e.matches += h.weight(int(k))
		if settle && (before > 0) != (e.matches > 0) {
			other.touched = append(other.touched, id)
		}
		if h.fresh[k] {
			own.entries.at(h.ids[k]).matches += e.count
		}
	}
}

// decide drops the left rows that have a match now, for a semi or anti join that writes once: a semi join emits them.
func (o *Operator) decide(h *hand, out engine.Emitter) error {
	left := o.sides[0]
	o.found = o.found[:0]
	for i, k := range o.pairs.in {
		id := o.pairs.other[i]
		if h.input == 0 {
			id = h.ids[k]
		}
		if left.entries.at(id).key != gone {
			left.unlink(id)
			o.found = append(o.found, id)
		}
	}
	if o.node.Kind == plan.AntiJoin {
		return nil
	}
	return o.emitRows(0, o.found, out)
}
