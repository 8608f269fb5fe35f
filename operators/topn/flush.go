package topn

import (
	"errors"
	"slices"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/spill"
)

// Flush implements engine.Flusher: it emits how the first rows of the touched keys have changed.
func (o *Operator) Flush(out engine.Emitter) error {
	if o.owing > 0 {
		return errors.New("topn: the input takes back a row that is not there")
	}
	clear(o.owed)
	var now []row
	for _, t := range o.touched {
		g := &o.groups[t.group]
		g.touched = false
		now = g.first(&o.rows, o.limit, o.node.Ties, now[:0])
		if err := o.emitChange(o.was[t.from:t.to], now, out); err != nil {
			return err
		}
	}
	o.touched, o.was = o.touched[:0], o.was[:0]
	if err := o.output.flush(out); err != nil {
		return err
	}
	o.shrink()
	if o.rows.crowded() {
		o.rows.compact(o.groups)
	}
	return nil
}

// place is a row and its rank.
type place struct {
	row  row
	rank int64
}

// emitChange emits the places that are gone, and then those that are new.
//
//	was   a1 b2 c3      now   a1 d2 b3      emitted   -b2 -c3 +d2 +b3       without ranks   -c +d
func (o *Operator) emitChange(was, now []row, out engine.Emitter) error {
	gone, come := o.difference(was, now)
	if !o.node.AppendOnly {
		gone, come = o.net(gone, come)
	}
	for _, p := range gone {
		if err := o.output.add(p, -1, out); err != nil {
			return err
		}
	}
	for _, p := range come {
		if err := o.output.add(p, 1, out); err != nil {
			return err
		}
	}
	return nil
}

// difference merges two lists in rank order.
func (o *Operator) difference(was, now []row) (gone, come []place) {
	before, after := ranks{rows: &o.rows, ties: o.node.Ties}, ranks{rows: &o.rows, ties: o.node.Ties}
	for i, k := 0, 0; i < len(was) || k < len(now); {
		switch {
		case i < len(was) && k < len(now) && was[i].number == now[k].number:
			p, q := before.next(was[i]), after.next(now[k])
			if o.node.Ranks && p.rank != q.rank {
				gone, come = append(gone, p), append(come, q)
			}
			i, k = i+1, k+1
		case k == len(now) || i < len(was) && o.rows.before(was[i], now[k]):
			gone = append(gone, before.next(was[i]))
			i++
		default:
			come = append(come, after.next(now[k]))
			k++
		}
	}
	return gone, come
}

// ranks counts rows in rank order.
type ranks struct {
	rows *rows
	ties bool
	n    int64
	rank int64
	last row
}

// next is the place of the next row: its number, or with ties that of the first row that is equal.
func (r *ranks) next(x row) place {
	r.n++
	if !r.ties || r.n == 1 || !r.rows.tie(r.last, x) {
		r.rank = r.n
	}
	r.last = x
	return place{x, r.rank}
}

// net drops what goes and comes back the same: a row was taken back, and an equal one came.
func (o *Operator) net(gone, come []place) (_, _ []place) {
	if len(gone) == 0 || len(come) == 0 {
		return gone, come
	}
	type looks struct {
		cells string
		rank  int64
	}
	of := func(p place) looks {
		if !o.node.Ranks {
			p.rank = 0
		}
		return looks{string(o.rows.cells(p.row)), p.rank}
	}
	back := map[looks]int{}
	for _, p := range come {
		back[of(p)]++
	}
	same := map[looks]int{}
	gone = slices.DeleteFunc(gone, func(p place) bool {
		l := of(p)
		if back[l] == 0 {
			return false
		}
		back[l]--
		same[l]++
		return true
	})
	come = slices.DeleteFunc(come, func(p place) bool {
		l := of(p)
		if same[l] == 0 {
			return false
		}
		same[l]--
		return true
	})
	return gone, come
}

// manyKeys is how many keys there have to be for those without rows to be forgotten.
const manyKeys = 1024

// shrink forgets the keys without rows where they are more than half.
func (o *Operator) shrink() {
	if o.node.AppendOnly || len(o.groups) < manyKeys {
		return
	}
	var live []uint32
	for i := range o.groups {
		if o.groups[i].n > 0 {
			live = append(live, uint32(i))
		}
	}
	if 2*len(live) > len(o.groups) || len(o.node.Keys) == 0 {
		return
	}
	o.keys.Keep(live)
	kept := spill.Make[group](len(live))
	for i, g := range live {
		kept[i] = o.groups[g]
	}
	spill.Free(o.groups)
	o.groups = kept
}
