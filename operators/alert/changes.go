package alert

import (
	"slices"

	"github.com/weirdb/weir/engine"
)

// change notes a row that has come, or was taken back.
func (o *Operator) change(id identity, row string, weight int64) {
	i := o.instances[id.name]
	if i == nil {
		i = &instance{identity: id, until: never, rows: map[string]int64{}}
		o.instances[id.name] = i
	}
	if i.rows[row] += weight; i.rows[row] == 0 {
		delete(i.rows, row)
	}
	o.touched[id.name] = true
}

// settle has instances come and go at the watermark, then passes what that brings about.
//
//	the commit before  wm 10:00      this commit  wm 10:05
//	a  there ────────────────────────── gone      resolved 10:05
//	b                                   there     pending 10:05
//	c  there, pending since 09:59, for 2 min      firing 10:01
func (o *Operator) settle() {
	o.serial++
	if o.node.Timed && o.now == int64(engine.MinTime) {
		return // nothing has a time yet: what has come waits
	}
	for name := range o.touched {
		o.comeOrGo(o.instances[name])
	}
	clear(o.touched)
	if o.next <= o.now {
		o.passAll(after(o.now, 1))
	}
}

func (o *Operator) comeOrGo(i *instance) {
	there := len(i.rows) > 0
	if there {
		i.row = first(i.rows)
	}
	o.machine.observe(i, there, o.time(), o.serial, &o.made)
	o.keep(i)
}

// time is when what this flush brings happens: always the same, where there is no event time.
func (o *Operator) time() int64 {
	if !o.node.Timed {
		return 0
	}
	return o.now
}

// first is the row of an instance to show, if there are several: the same whatever their order.
func first(rows map[string]int64) string {
	var out []string
	for row := range rows {
		out = append(out, row)
	}
	return slices.Min(out)
}

// keep forgets an instance of which nothing is left, or notes when it is to be looked at.
func (o *Operator) keep(i *instance) {
	if !i.active && len(i.rows) == 0 {
		delete(o.instances, i.name)
		return
	}
	o.next = min(o.next, o.machine.next(i))
}

// passAll takes the steps of all instances whose time lies before a bound.
func (o *Operator) passAll(bound int64) {
	o.next = never
	for _, i := range o.instances {
		o.machine.pass(i, bound, &o.made)
		o.keep(i)
	}
}
