package join

import (
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
)

// A look-up keeps the right rows, which come and go, and none of the left: a left row is joined when it comes, with what is there then.
//
//	right   +r1 ── +r2 ─────────── −r1 ──────────►
//	left           │        l ──► l r1, l r2       │  l ──► l r2

// look joins the left rows in hand.
func (o *Operator) look(h *hand, out engine.Emitter) error {
	right := o.sides[1]
	o.has = room(o.has, len(h.rows))
	clear(o.has)
	for k, key := range h.keys {
		if right.weights != nil {
			o.has[k] = right.weights[key] > 0
			continue
		}
		for at := right.heads[key]; at != 0; {
			o.pairs.in, o.pairs.other = append(o.pairs.in, uint32(k)), append(o.pairs.other, at-1)
			at = right.entries.at(at - 1).next
			if len(o.pairs.in) < maxRows {
				continue
			}
			if err := o.test(h, out); err != nil {
				return err
			}
		}
	}
	if err := o.test(h, out); err != nil {
		return err
	}
	return o.lookedUp(h, out)
}

// test tests the candidates, and emits those that match if the join gives pairs.
func (o *Operator) test(h *hand, out engine.Emitter) error {
	p := &o.pairs
	defer func() { p.in, p.other = p.in[:0], p.other[:0] }()
	if o.residual != nil && len(p.in) > 0 {
		if err := o.residual.keep(h, p, o.sides[1].rows); err != nil {
			return err
		}
	}
	for _, k := range p.in {
		o.has[k] = true
	}
	if o.output.half {
		return nil
	}
	return o.emitPairs(h, out)
}

// lookedUp emits the rows by themselves that have a match, of a semi join, or have none, of a left or anti join.
func (o *Operator) lookedUp(h *hand, out engine.Emitter) error {
	if o.node.Kind == plan.InnerJoin {
		return nil
	}
	wanted := o.node.Kind == plan.SemiJoin
	var rest []int32
	for k, r := range h.rows {
		if o.has[k] == wanted {
			rest = append(rest, int32(r))
		}
	}
	return o.emitAllLone(h, rest, out)
}

// admitRight adds the right rows in hand, and takes back those that go.
func (o *Operator) admitRight(h *hand, out engine.Emitter) error {
	right := o.sides[1]
	if right.weights != nil {
		return o.weighKeys(h, out)
	}
	o.admit(h)
	for _, id := range h.ids {
		if e := right.entries.at(id); e.count == 0 && e.key != gone {
			right.unlink(id)
		}
	}
	return nil
}
