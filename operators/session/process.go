package session

import (
	"errors"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/operators/keys"
	"github.com/weirdb/weir/operators/rowstore"
)

// Process implements engine.Operator. Rows without a time belong to no session. Late rows go to out.Late.
func (o *Operator) Process(_ int, b engine.Batch, out engine.Emitter) error {
	if b.Weights != nil {
		return errors.New("session: the input has to be append-only")
	}
	o.find(b.Rows)
	o.place(keys.Values[int64](b.Rows.Column(o.config.Time)))
	o.rows.Add(b.Rows, o.kept)
	return o.emitLate(b.Rows, out)
}

// find lists the rows that have a time, and the group of each one's key.
func (o *Operator) find(rows arrow.RecordBatch) {
	valid := keys.ValidityOf(rows.Column(o.config.Time))
	o.timed = o.timed[:0]
	for i := range uint32(rows.NumRows()) {
		if !valid.Null(i) {
			o.timed = append(o.timed, i)
		}
	}
	o.group(keys.Pick(o.columns, rows, o.config.Key), o.timed)
}

// group numbers the keys of rows, and makes room for new ones.
func (o *Operator) group(columns []arrow.Array, rows []uint32) {
	o.columns = columns
	o.groups = slices.Grow(o.groups[:0], len(rows))[:len(rows)]
	o.table.Find(columns, rows, o.groups)
	for len(o.keys) < o.table.Len() {
		o.keys = append(o.keys, key{latest: none, reach: noTime})
	}
}

// place puts each timed row into a session, or on the list of late ones.
func (o *Operator) place(times []int64) {
	o.kept, o.late = o.kept[:0], o.late[:0]
	next := o.rows.Next()
	for i, r := range o.timed {
		t, g := times[r], o.groups[i]
		after, touched := o.around(g, t)
		if o.isLate(&o.keys[g], t, touched) {
			o.late = append(o.late, int32(r))
			continue
		}
		o.kept = append(o.kept, int32(r))
		o.join(g, t, after, touched, next)
		next++
	}
}

// around finds the key's session that t is within the gap of, the later of two, and the one after that; none where there is none.
// Without a touched session, after is the one before which a new one goes.
func (o *Operator) around(group uint32, t int64) (after, touched uint32) {
	after, touched = none, o.keys[group].latest
	for touched != none && plus(t, o.config.Gap) < o.sessions.all[touched].start {
		after, touched = touched, o.sessions.all[touched].earlier
	}
	if touched != none && t > plus(o.sessions.all[touched].last, o.config.Gap) {
		touched = none
	}
	return after, touched
}

// join adds a row at t to the touched session, or to a new one before after.
func (o *Operator) join(group uint32, t int64, after, touched uint32, row rowstore.Ref) {
	if k := &o.keys[group]; k.latest == none {
		o.begin(k)
	}
	if touched == none {
		earlier := *o.link(group, after)
		touched = o.sessions.add(session{start: t, last: t, key: group, earlier: earlier, later: after})
		*o.link(group, after) = touched
		o.sessions.follow(earlier, touched)
		o.due.push(deadline{last: t, id: touched, serial: o.sessions.made})
	}
	x := &o.sessions.all[touched]
	x.start, x.last = min(x.start, t), max(x.last, t)
	x.rows = append(x.rows, row)
	if x.earlier != none && x.start <= plus(o.sessions.all[x.earlier].last, o.config.Gap) {
		o.merge(touched)
	}
}

// link is where the number of the session before after stands.
func (o *Operator) link(group, after uint32) *uint32 {
	if after == none {
		return &o.keys[group].latest
	}
	return &o.sessions.all[after].earlier
}

// merge takes the session before, which a session has come to touch, into it. The heap forgets it when its time comes.
func (o *Operator) merge(id uint32) {
	x := &o.sessions.all[id]
	before := x.earlier
	gone := &o.sessions.all[before]
	x.start = gone.start
	x.last = max(x.last, gone.last)
	x.rows, gone.rows = join(x.rows, gone.rows)
	x.earlier = gone.earlier
	o.sessions.follow(x.earlier, id)
	o.sessions.drop(before)
}

// join appends the shorter list to the longer. The rows of a session have no order.
func join(a, b []rowstore.Ref) (joined, rest []rowstore.Ref) {
	if len(a) < len(b) {
		a, b = b, a
	}
	return append(a, b...), b
}
