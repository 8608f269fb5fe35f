package simulation

import (
	"slices"
	"time"
)

// move is something that the driver can do. It returns false if there is nothing of the kind to do now.
type move struct {
	weight int
	do     func(*life) bool
}

// moves are what the driver draws from.
var moves = []move{
	{60, func(l *life) bool { return l.answerOne(true) }},
	{12, (*life).wait},
	{8, (*life).arrive},
	{3, (*life).comeOrGo},
	{2, (*life).jump},
	{1, (*life).lightFuse},
	{1, (*life).troubleState},
}

// move draws a move, and lets time pass if it comes to nothing.
func (l *life) move() {
	total := 0
	for _, m := range moves {
		total += m.weight
	}
	n := l.world.rand.IntN(total)
	for _, m := range moves {
		if n -= m.weight; n < 0 {
			if !m.do(l) {
				l.wait()
			}
			return
		}
	}
}

// answerOne answers one of the calls that wait, with trouble or without.
func (l *life) answerOne(trouble bool) bool {
	calls := slices.DeleteFunc(l.gate.calls(), func(c *call) bool { return !l.answerable(c) })
	if len(calls) == 0 {
		return false
	}
	c := calls[l.world.rand.IntN(len(calls))]
	l.reply(c, l.verdict(c, trouble && !l.bounded))
	return true
}

// answerable reports whether a call can be answered now. While the engine has not taken in what a source has fetched, the others wait, and
// so do all once it was told to stop: which one it would turn to first is not the driver's to say.
func (l *life) answerable(c *call) bool {
	if c.kind != poll {
		return true
	}
	r := l.readers[c.name]
	if l.stopping || l.inFlight() > r.inFlight.Load() {
		return false
	}
	if r.bounded && r.atEnd() {
		return r.inFlight.Load() == 0
	}
	return len(r.ready()) > 0 || !r.bounded && len(r.quiet()) > 0 && l.world.rand.IntN(8) == 0
}

func (l *life) verdict(c *call, trouble bool) verdict {
	w := l.world
	if !trouble || !w.troubled(callTrouble[c.kind]) {
		return proceed
	}
	if c.kind == open || c.kind == poll || c.kind == pending || w.rand.IntN(2) == 0 {
		return failBefore
	}
	return failAfter
}

// callTrouble is how rarely calls fail where there is trouble: once in so many times.
var callTrouble = map[string]int{open: 8, poll: 60, commit: 12, pending: 20, deliver: 4, confirm: 6}

func (l *life) reply(c *call, v verdict) {
	w, a := l.world, answer{verdict: v}
	what := c.kind + " " + c.name
	switch {
	case c.kind == poll && v == proceed:
		a.poll = l.readers[c.name].draw(w.rand, w.burst)
		what += a.poll.String()
	case c.kind == poll:
		a.poll = l.readers[c.name].trouble()
	case c.kind == commit:
		what = "commit " + describe(l.committing)
	}
	w.trace.add("%s %s: %s", w.at(), what, verdictNames[v])
	w.count(c.kind, v)
	l.gate.answer(c, a)
}

var verdictNames = map[verdict]string{proceed: "done", failBefore: "fails", failAfter: "done, but fails"}

// count counts what is answered.
func (w *world) count(kind string, v verdict) {
	switch {
	case kind == commit && v == proceed:
		w.counts.Commits++
	case kind == commit && v == failBefore:
		w.counts.CommitErrors++
	case kind == commit:
		w.counts.UnknownCommits++
	case (kind == poll || kind == open) && v != proceed:
		w.counts.SourceErrors++
	case v != proceed:
		w.counts.SinkErrors++
	}
}

// wait lets time pass.
func (l *life) wait() bool {
	d := pick(l.world.rand, time.Millisecond, 30*time.Millisecond, 150*time.Millisecond, 500*time.Millisecond, 2100*time.Millisecond)
	l.world.trace.add("%s %s pass", l.world.at(), d)
	sleep(d)
	return true
}

// sleep lets time pass, and a nanosecond more: the engine's timers, which all began earlier, run out in whole milliseconds, so that none
// does when the driver wakes up.
func sleep(d time.Duration) { time.Sleep(d + time.Nanosecond) }

// arrive has more events come into a partition.
func (l *life) arrive() bool {
	w := l.world
	p := w.anyPartition()
	if p.arrived == len(p.events) {
		return false
	}
	p.arrived += 1 + w.rand.IntN(len(p.events)-p.arrived)
	w.trace.add("%s %s/%s has events up to %d", w.at(), p.source, p.name, p.after(p.arrived))
	return true
}

// comeOrGo gives the reader a partition that it has not, or takes one away.
func (l *life) comeOrGo() bool {
	w := l.world
	if w.calm {
		return false
	}
	p := w.anyPartition()
	p.present = !p.present
	w.counts.Gone++
	w.trace.add("%s %s/%s is there: %t", w.at(), p.source, p.name, p.present)
	return true
}

// jump sets the clock. Where max_future judges by it, it goes forward only: what has counted for one view would be refused to another.
func (l *life) jump() bool {
	w := l.world
	if w.calm {
		return false
	}
	d := pick(w.rand, -24*time.Hour, -10*time.Minute, -time.Second, time.Second, 10*time.Minute, 24*time.Hour)
	if w.maxFuture > 0 {
		d = d.Abs()
	}
	w.ahead.Add(int64(d))
	w.counts.Jumps++
	w.trace.add("%s the clock has jumped by %s", w.at(), d)
	return true
}

// lightFuse has an operator panic soon.
func (l *life) lightFuse() bool {
	w := l.world
	if !w.troubled(2) {
		return false
	}
	f := &fuse{view: w.views[w.rand.IntN(len(w.views))].name}
	f.left.Store(1 + w.rand.Int64N(30))
	w.trace.add("%s an operator of %s will panic in call %d", w.at(), f.view, f.left.Load())
	l.fuse.Store(f)
	w.counts.Panics++
	return true
}

// troubleState has some state files fail from now on, or no more.
func (l *life) troubleState() bool {
	w := l.world
	if !w.troubled(2) {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stateSalt > 0 {
		l.stateSalt = 0
	} else {
		l.stateSalt = 1 + w.rand.Uint64N(1000)
	}
	w.trace.add("%s state files fail: %d", w.at(), l.stateSalt)
	return true
}
