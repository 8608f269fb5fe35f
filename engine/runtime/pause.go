package runtime

import (
	"github.com/weirdb/weir/engine"
)

// What is paused rests from the engine's start to its end: pausing and resuming take another engine (succeed.go), so that there is one way
// only in which a query goes on where it stood.
//
//	paused query    no operators, no state in memory; its positions and state files stay in the checkpoint, since a commit replaces those
//	                of the queries that it names only
//	paused source   not opened: the watermarks of the queries on it stand
//	paused sink     delivers nothing: the outbox keeps what its view changes, up to the sink's max_outbox
//
// A query that stands still for a sink (outbox.go) rests in the same way, but for its beginning, which needs no other engine. A source is not
// opened either, or not read on, if all queries on it rest. Readers are not told that what a resting query has still to read is done with.

// resting reports whether the source is not read: it is paused, or nothing reads it but queries that rest.
func (s *source) resting() bool {
	return s.Paused || len(s.readings) > 0 && len(s.awake()) == 0
}

// awake are the readings of queries that do not rest.
func (s *source) awake() []*reading {
	var out []*reading
	for _, r := range s.readings {
		if !r.query.rests() {
			out = append(out, r)
		}
	}
	return out
}

// counted are the readings whose positions say where to resume: those of queries that rest do not, but in a plain table, whose history is
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
