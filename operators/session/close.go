package session

import (
	"github.com/weirdb/weir/engine"
)

// Advance implements engine.Operator: it emits the sessions that the watermark has passed. The end of the input closes what is
// open, and no more: what comes after it has to be later than that.
func (o *Operator) Advance(wm engine.Time, out engine.Emitter) error {
	end := wm == engine.MaxTime
	if !end {
		o.bound = max(o.bound, int64(wm))
	}
	for len(o.due) > 0 && (end || plus(o.due[0].last, o.config.Gap) < o.bound) {
		if err := o.closeNext(out); err != nil {
			return err
		}
	}
	if err := o.output.flush(o.rows, out); err != nil {
		return err
	}
	o.tidy()
	return nil
}

// closeNext closes the session that is due, unless it has grown or is no more.
func (o *Operator) closeNext(out engine.Emitter) error {
	due := o.due[0]
	x := &o.sessions.all[due.id]
	switch {
	case x.serial != due.serial:
		o.due.pop()
		return nil
	case x.last != due.last:
		due.last = x.last
		o.due.replace(due)
		return nil
	}
	o.due.pop()
	*o.link(x.key, x.later) = none // it is the earliest of its key: it would not be due otherwise
	end := plus(x.last, o.config.Gap)
	o.keys[x.key].reach = max(o.keys[x.key].reach, end)
	o.bound = max(o.bound, plus(end, 1)) // at the end of the input
	err := o.output.add(x.start, end, x.rows, o.rows, out)
	o.sessions.drop(due.id)
	return err
}

// tidy copies rows together, and forgets keys of which nothing is left, where that is worth its cost.
func (o *Operator) tidy() {
	if o.rows.Crowded() {
		o.rows.Compact(o.sessions.open)
	}
	if len(o.keys) < o.crowd {
		return
	}
	var held []uint32
	for g := range o.keys {
		if k := &o.keys[g]; o.remembers(k) {
			o.keys[len(held)] = *k
			held = append(held, uint32(g))
		}
	}
	o.keys = o.keys[:len(held)]
	o.table.Keep(held)
	o.crowd = 2*len(held) + fewKeys
	for g := range o.keys {
		for id := o.keys[g].latest; id != none; id = o.sessions.all[id].earlier {
			o.sessions.all[id].key = uint32(g)
		}
	}
}
