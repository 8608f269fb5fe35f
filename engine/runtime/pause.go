package runtime

import (
	"context"
	"slices"

	"github.com/weirdb/weir/engine"
)

// What is paused rests from the engine's start to its end: pausing and resuming take another engine (succeed.go), so that there is one way
// only in which a query goes on where it stood.
//
//	paused query    no operators, no state in memory; its positions and state files stay in the checkpoint, since a commit replaces those
//	                of the queries that it names only
//	paused source   not opened: the watermarks of the queries on it stand
//	paused sink     delivers nothing: the outbox keeps what its view changes, and grows
//
// A source is not opened either if all queries on it are paused. Readers are not told that what a paused query has still to read is done with.

// resting reports whether the source is not read: it is paused, or nothing that runs reads it while something paused does.
func (s *source) resting() bool {
	return s.Paused || len(s.readings) > 0 && len(s.awake()) == 0
}

// awake are the readings of queries that are not paused.
func (s *source) awake() []*reading {
	var out []*reading
	for _, r := range s.readings {
		if !r.query.paused {
			out = append(out, r)
		}
	}
	return out
}

// counted are the readings whose positions say where to resume: those of paused queries do not, but in a plain table, whose history is
// merged before them.
func (s *source) counted() []*reading {
	if s.Table {
		return s.readings
	}
	return s.awake()
}

// restorePositions takes over how far the query had come, and time with it: partitions that were idle then, or are there only now, do not
// take it back.
func (q *query) restorePositions(cp engine.Checkpoint) {
	for _, p := range cp.Positions {
		if r := q.readingOf(p.Source); r != nil && p.Query == q.Name {
			r.positions[p.Partition] = &position{next: p.Next, committed: p.Next, watermark: p.Watermark}
			r.watermark = max(r.watermark, p.Reached)
		}
	}
}

// lookAt counts what waits for a paused sink when the engine starts, up to sinkBatch epochs.
func (e *Engine) lookAt(ctx context.Context, s *sinkRun) {
	pending, err := e.config.Outbox.Pending(ctx, s.Name, sinkBatch)
	if err != nil {
		e.config.Log.Error("cannot tell what waits for a paused sink", "sink", s.Name, "error", err)
		return
	}
	for _, d := range pending {
		release(d.Changes)
	}
	s.note(len(pending))
}

// await counts an epoch that a paused sink has to deliver later.
func (s *sinkRun) await(c *engine.Commit) {
	if !s.Paused || !s.concerns(c) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending++
}

// concerns reports whether a commit may have something for the sink.
func (s *sinkRun) concerns(c *engine.Commit) bool {
	return s.View == engine.DeadLettersTable && len(c.DeadLetters) > 0 || s.View == engine.LateRowsTable && len(c.Late) > 0 ||
		slices.ContainsFunc(c.Changes, func(c engine.Change) bool { return c.View == s.View })
}
