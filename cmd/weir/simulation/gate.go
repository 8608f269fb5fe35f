package simulation

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/weirdb/weir/engine"
)

// verdict is what becomes of a call.
type verdict uint8

const (
	proceed    verdict = iota
	failBefore         // it fails, and has done nothing
	failAfter          // it fails, and has done what it should
	killed             // the process that called is no more: nothing that it does from here on has an effect
)

var (
	errTrouble = errors.New("made-up trouble")
	errKilled  = errors.New("the process was killed")
)

// answer is what the driver says to a call.
type answer struct {
	verdict verdict
	poll    polled // for a poll
}

// polled is the outcome of a poll.
type polled struct {
	fetches []engine.Fetch
	err     error
}

// call is a call from the engine to the outside that waits for the driver.
type call struct {
	kind string // open, poll, commit, pending, deliver or confirm
	name string // of the source or sink
	ask  chan answer
}

// The kinds of calls.
const (
	open    = "open"
	poll    = "poll"
	commit  = "commit"
	pending = "pending"
	deliver = "deliver"
	confirm = "confirm"
)

// gate holds the calls of one engine.
type gate struct {
	mu      sync.Mutex
	waiting []*call
	dead    bool
}

// pass waits for the driver's answer. A call whose context ends is taken back.
func (g *gate) pass(ctx context.Context, kind, name string) answer {
	c := &call{kind: kind, name: name, ask: make(chan answer, 1)}
	if !g.join(c) {
		return answer{verdict: killed}
	}
	select {
	case a := <-c.ask:
		return a
	case <-ctx.Done():
		g.leave(c)
		return answer{verdict: killed}
	}
}

func (g *gate) join(c *call) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.dead {
		g.waiting = append(g.waiting, c)
	}
	return !g.dead
}

func (g *gate) leave(c *call) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting = slices.DeleteFunc(g.waiting, func(x *call) bool { return x == c })
}

// calls are those that wait, in an order that does not depend on who came first.
func (g *gate) calls() []*call {
	g.mu.Lock()
	defer g.mu.Unlock()
	out := slices.Clone(g.waiting)
	slices.SortFunc(out, func(a, b *call) int { return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name)) })
	return out
}

// answer lets a call go on.
func (g *gate) answer(c *call, a answer) {
	g.leave(c)
	c.ask <- a
}

// kill answers all calls, those to come as well, that their process is no more.
func (g *gate) kill() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.dead = true
	for _, c := range g.waiting {
		c.ask <- answer{verdict: killed}
	}
	g.waiting = nil
}

// isDead reports whether the process was killed.
func (g *gate) isDead() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.dead
}
