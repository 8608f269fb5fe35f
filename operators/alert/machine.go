package alert

import (
	"cmp"
	"strings"

	"github.com/weirdb/weir/engine/alerting"
	"github.com/weirdb/weir/engine/plan"
)

// machine is the rule by which an instance goes from state to state. It keeps nothing.
type machine struct {
	wait     int64 // how long an instance is pending
	keep     int64 // how long it fires on
	repeat   int64 // between reminders; 0 for none
	deadline bool  // it fires when it has been there for wait; otherwise with the first row that comes then
}

// machineOf reads the rule. Without event time nothing takes any.
func machineOf(n *plan.Alert) machine {
	return machine{wait: n.Rule.For, keep: n.Rule.KeepFiringFor, repeat: n.Rule.Repeat, deadline: n.Updating}
}

// instance is what is known of one. It is active from the time that its row is first there until it has resolved.
type instance struct {
	identity
	active    bool
	since     int64
	fired     int64            // never while it is pending
	until     int64            // when it has gone, or will have if no row comes; never while it is there
	reminders int32            // that were given
	serial    int64            // tells incidents apart that begin at the same time
	row       string           // the values to show
	rows      map[string]int64 // where rows are taken back: those that are there
}

// transition is a step of an instance.
type transition struct {
	identity
	state    alerting.State
	at       int64
	since    int64
	serial   int64
	reminder int32
	row      string
}

// compare orders transitions by time. Those of an instance are in order already.
func (t transition) compare(o transition) int {
	return cmp.Or(cmp.Compare(t.at, o.at), strings.Compare(t.name, o.name))
}

// observe says whether an instance is there at a time: where rows are taken back. What happens between two times that are looked at follows
// from the earlier one, but that nothing fires which has gone meanwhile.
func (m *machine) observe(i *instance, there bool, at, serial int64, made *[]transition) {
	if i.until != never {
		m.pass(i, at, made)
	}
	switch {
	case there && !i.active:
		m.begin(i, at, serial, made)
	case there:
		i.until = never
	case i.active && i.until == never:
		i.until = at
	}
	m.pass(i, after(at, 1), made)
}

// arrive has an instance be there at a time, and until so long after it: where rows only come.
func (m *machine) arrive(i *instance, at, quiet int64, made *[]transition) {
	if i.active {
		m.confirm(i, at, made)
	} else {
		m.begin(i, at, 0, made)
	}
	i.until = after(at, quiet)
}

// begin has an instance be there from a time on.
func (m *machine) begin(i *instance, at, serial int64, made *[]transition) {
	i.active, i.since, i.fired, i.until, i.reminders, i.serial = true, at, never, never, 0, serial
	if m.wait == 0 {
		m.fire(i, at, made)
		return
	}
	i.step(alerting.Pending, at, 0, made)
}

func (m *machine) fire(i *instance, at int64, made *[]transition) {
	i.fired = at
	i.step(alerting.Firing, at, 0, made)
}

// confirm fires a pending instance that a row has come for after long enough.
func (m *machine) confirm(i *instance, at int64, made *[]transition) {
	if i.fired == never && at-i.since >= m.wait {
		m.fire(i, at, made)
	}
}

// pass takes all steps of an instance whose time lies before a bound, earliest first. An instance that goes goes before it reminds.
func (m *machine) pass(i *instance, bound int64, made *[]transition) {
	for i.active {
		end, step := m.ends(i), m.steps(i)
		switch {
		case min(end, step) >= bound:
			return
		case end <= step && i.fired == never:
			i.end(alerting.Inactive, end, made)
		case end <= step:
			i.end(alerting.Resolved, end, made)
		case i.fired == never:
			m.fire(i, step, made)
		default:
			i.reminders++
			i.step(alerting.Firing, step, i.reminders, made)
		}
	}
}

// ends is when an instance will be active no more, as far as that is known: one that is pending goes with its row.
func (m *machine) ends(i *instance) int64 {
	if i.fired == never {
		return i.until
	}
	return after(i.until, m.keep)
}

// steps is when an instance that stays fires, or reminds.
func (m *machine) steps(i *instance) int64 {
	switch {
	case i.fired != never && m.repeat > 0:
		return after(i.fired, m.repeat*int64(i.reminders+1))
	case i.fired == never && m.deadline && i.until == never:
		return after(i.since, m.wait)
	}
	return never
}

// next is when something happens to an instance if nothing comes.
func (m *machine) next(i *instance) int64 {
	if !i.active {
		return never
	}
	return min(m.ends(i), m.steps(i))
}

// after adds to a time that may never come.
func after(t, more int64) int64 {
	if t > never-more {
		return never
	}
	return t + more
}

func (i *instance) end(s alerting.State, at int64, made *[]transition) {
	i.step(s, at, 0, made)
	i.active = false
}

func (i *instance) step(s alerting.State, at int64, reminder int32, made *[]transition) {
	*made = append(*made, transition{identity: i.identity, state: s, at: at, since: i.since, serial: i.serial, reminder: reminder, row: i.row})
}
