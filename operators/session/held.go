package session

import "github.com/weirdb/weir/engine"

// Held implements engine.Holder: the rows of open sessions. Of the sessions it names the one that closes first.
func (o *Operator) Held(first int) engine.Held {
	h := engine.Held{
		Kind: engine.HeldSessions, Unit: "rows", Count: int64(o.rows.Len()), Windows: len(o.sessions.all) - len(o.sessions.free), Newest: engine.MinTime,
	}
	if o.settleDue(); len(o.due) == 0 || first == 0 {
		return h
	}
	x := &o.sessions.all[o.due[0].id]
	end := plus(x.last, o.config.Gap)
	h.First = []engine.OpenWindow{{
		Start: engine.Time(x.start), End: engine.Time(end), Closes: engine.Time(plus(end, 1)), Count: int64(len(x.rows)),
	}}
	return h
}

// settleDue has the first deadline be that of the session which closes first.
func (o *Operator) settleDue() {
	for len(o.due) > 0 {
		due := o.due[0]
		switch x := &o.sessions.all[due.id]; {
		case x.serial != due.serial:
			o.due.pop()
		case x.last != due.last:
			due.last = x.last
			o.due.replace(due)
		default:
			return
		}
	}
}
