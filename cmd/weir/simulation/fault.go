package simulation

import (
	"fmt"
	"sync/atomic"

	"github.com/weirdb/weir/engine"
)

// fragile is an operator behind all others of a chain. It passes rows on, unless the driver has lit a fuse: then it panics.
type fragile struct {
	life *life
	view string
	last engine.Time
}

// fuse burns down with each call of a view's operators. It is of one view, whose calls in a round are the same whichever worker is faster.
type fuse struct {
	view string
	left atomic.Int64 // calls until one panics; no more if it is not positive
}

// Process implements engine.Operator.
func (f *fragile) Process(_ int, b engine.Batch, out engine.Emitter) error {
	f.life.burn(f.view)
	return out.Emit(b)
}

// Advance implements engine.Operator.
func (f *fragile) Advance(wm engine.Time, _ engine.Emitter) error {
	if wm < f.last {
		f.life.world.find("an operator is told watermark %d after %d", wm, f.last)
	}
	f.last = wm
	f.life.burn(f.view)
	return nil
}

// burn panics in the call in which the fuse burns down.
func (l *life) burn(view string) {
	if f := l.fuse.Load(); f != nil && f.view == view && f.left.Add(-1) == 0 {
		panic(errTrouble)
	}
}

// fragileQuery puts a fragile operator behind each chain.
func (l *life) fragileQuery(q engine.Query) engine.Query {
	for i, in := range q.Inputs {
		q.Inputs[i].New = func(worker int) ([]engine.Operator, error) { return l.withFragile(q.Name)(in.New(worker)) }
	}
	for i, s := range q.Stages {
		q.Stages[i].New = func(shard engine.Shard) ([]engine.Operator, error) { return l.withFragile(q.Name)(s.New(shard)) }
	}
	return q
}

func (l *life) withFragile(view string) func([]engine.Operator, error) ([]engine.Operator, error) {
	return func(ops []engine.Operator, err error) ([]engine.Operator, error) {
		return append(ops, &fragile{life: l, view: view, last: engine.MinTime}), err
	}
}

// stateFails reports whether a state file cannot be made now. Which cannot does not depend on who asks first, and each can be made in
// the end, if not at once.
func (l *life) stateFails(name string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stateSalt == 0 || hashOf(fmt.Sprint(name, l.stateSalt))%4 > 0 || l.stateTries[name] == 2 {
		return false
	}
	l.stateTries[name]++
	l.world.counts.StateErrors++
	return true
}
