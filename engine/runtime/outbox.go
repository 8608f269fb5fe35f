package runtime

import (
	"context"
	"fmt"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/weirdb/weir/engine"
)

// What a sink does not take waits in the outbox, which is bounded: when more waits than the sink's MaxOutbox, its view stands still, and the
// others go on. The commit that ends the epoch is the view's last one; once its sinks have taken half of what may wait, another engine goes
// on from there, as after any restart (succeed.go).
//
//	waits for the sink   ▁▂▃▄▅▆▇█ more than MaxOutbox ▇▆▅▄ half
//	the view             ────────┤ stands still            ├──── where it stood ───►
//	views beside it      ───────────────────────────────────────────────────────►
//	engine               1                                  2
//
// It is noticed at an epoch's end whether what was committed is too much, so that what waits is larger by what two epochs change, at most. A
// bounded run first waits for sinks that deliver, however slowly: its views would otherwise end at different places.

// Backpressured is the state of a view that stands still for a sink, and of a source that only such views read.
const Backpressured = "backpressured"

// rests reports whether the query takes part in nothing: it is paused, or stands still for a sink.
func (q *query) rests() bool { return q.paused || q.standsFor != nil }

// backlog is what waits for the sink.
func (e *Engine) backlog(s *sinkRun) engine.Backlog { return e.config.Outbox.Backlog(s.Name) }

// fullSink is a sink of the query for which more waits than its MaxOutbox, divided by part; nil if there is none.
func (e *Engine) fullSink(q *query, part int64) *sinkRun {
	for _, s := range e.sinks {
		if s.View == q.Name && s.MaxOutbox > 0 && e.backlog(s).Bytes > s.MaxOutbox/part {
			return s
		}
	}
	return nil
}

// standFrom has the query stand still from the start, if what an earlier engine has left is too much.
func (e *Engine) standFrom(q *query) {
	part := int64(1)
	if q.stood {
		part = half
	}
	if q.standsFor = e.fullSink(q, part); q.standsFor != nil && !q.stood {
		e.tellStands(q)
	}
}

// half of what may wait is what a sink leaves for its view to go on.
const half = 2

// standStill has the queries whose sinks leave too much stand still from now on. What they have done is in the commit that has begun.
func (e *Engine) standStill(ctx context.Context) {
	for _, q := range e.queries {
		if !q.running() {
			continue
		}
		s := e.fullSink(q, 1)
		if s != nil && e.config.Bounded {
			s = e.waitForSinks(ctx, q)
		}
		if s == nil {
			continue
		}
		q.standsFor = s
		e.tellStands(q)
	}
}

func (e *Engine) tellStands(q *query) {
	s := q.standsFor
	e.config.Log.Warn("view stands still until its sink has taken half of what waits, the others go on", "view", q.Name, "sink", s.Name,
		"waiting", size(e.backlog(s).Bytes), "max_outbox", size(s.MaxOutbox))
}

func size(bytes int64) string { return humanize.Bytes(uint64(bytes)) }

// waitEvery is how often it is looked whether a sink has delivered.
const waitEvery = 10 * time.Millisecond

// waitForSinks waits until the sinks of a query have taken half of what waits, and returns nil; or the sink that fails again and again, or is
// paused, so that there is no use in waiting.
func (e *Engine) waitForSinks(ctx context.Context, q *query) *sinkRun {
	tick := time.NewTicker(waitEvery)
	defer tick.Stop()
	for {
		s := e.fullSink(q, half)
		if s != nil {
			s.poke() // the commit under way may be in the outbox by now
		}
		if s == nil || s.Paused || s.failuresInRow() >= drainTries {
			return s
		}
		select {
		case <-tick.C:
		case <-e.stopping:
			return s
		case <-ctx.Done():
			return s
		}
	}
}

// drainFull has a bounded run deliver first what an earlier one has left, where that is too much: its views could not go on.
func (e *Engine) drainFull(ctx context.Context) {
	for _, s := range e.sinks {
		if s.Paused || s.MaxOutbox == 0 || e.backlog(s).Bytes <= s.MaxOutbox {
			continue
		}
		if err := e.drain(ctx, s); err != nil {
			e.config.Log.Error("sink failed, what an earlier run has left is still in its outbox", "sink", s.Name, "error", err)
		}
	}
}

// relieve has another engine go on once a query that stands still need not any more.
func (e *Engine) relieve() {
	if e.config.Relieved == nil || e.relieved {
		return
	}
	for _, q := range e.queries {
		if q.standsFor != nil && !q.paused && e.fullSink(q, half) == nil {
			e.config.Log.Info("sink has taken half of what waited, its view goes on", "view", q.Name, "sink", q.standsFor.Name)
			e.relieved = true
		}
	}
	if e.relieved {
		e.config.Relieved()
	}
}

// standing is the error of a bounded run in which views have stood still before the end of their input; nil if none has.
func (e *Engine) standing() error {
	for _, q := range e.queries {
		if s := q.standsFor; s != nil {
			return fmt.Errorf("view %s stands still before the end of its input, because more waited for sink %s than its max_outbox of %s; "+
				"the next run goes on there", q.Name, s.Name, size(s.MaxOutbox))
		}
	}
	return nil
}
