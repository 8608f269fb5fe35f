package runtime

import (
	"context"
	"slices"

	"github.com/weirdb/weir/engine"
)

// endEpoch has the operators flush, their state written, and all that has changed committed. The commit itself goes on beside
// the rounds of the next epoch, which in turn waits for it when it ends: what lies in memory is two epochs at most.
//
//	rounds of epoch 7 │ flush, snapshot │ rounds of epoch 8          │ flush, snapshot │ …
//	                                    └─ DuckDB commits epoch 7 ─┘                   └─ DuckDB commits epoch 8
func (e *Engine) endEpoch(ctx context.Context) error {
	defer e.beginEpoch()
	var at ending
	at.rounds = e.config.Now()
	if err := e.awaitCommit(); err != nil {
		return err
	}
	at.awaited = e.spend(&e.phases.Await, at.rounds)
	e.flush()
	at.flushed = e.spend(&e.phases.Flush, at.awaited)
	var c *engine.Commit
	var queries []*query
	written := e.config.Committing()
	err := e.retry(ctx, e.epoch+1, func() (err error) { c, queries, err = e.gatherCommit(); return err })
	written()
	at.written = e.spend(&e.phases.State, at.flushed)
	if err != nil {
		return err
	}
	if c == nil {
		e.standStill(ctx)
		return nil
	}
	for _, q := range queries {
		q.changes, q.late, q.starts, q.dirty = nil, nil, nil, false
	}
	for _, x := range c.Expired {
		q := e.queryNamed(x.View)
		q.expired = q.expiring
	}
	for _, s := range e.sources {
		s.letters = nil
	}
	e.given = nil
	tracing, span := e.traceEpoch(ctx, c, at)
	e.startCommit(tracing, c, span, at.written.Sub(at.flushed))
	e.standStill(ctx)
	return nil
}

// flush has the operators emit what they have gathered.
func (e *Engine) flush() {
	e.runStages(1, true)
	e.hearFlushed(e.levels() + 1)
	for _, q := range e.queries {
		if q.failed == nil {
			q.flushed = true
		}
	}
	e.dropFailed()
}

// gatherCommit collects what has changed since the last commit; nil if nothing has.
func (e *Engine) gatherCommit() (*engine.Commit, []*query, error) {
	c := &engine.Commit{Epoch: e.epoch + 1}
	var dirty []*query
	for _, q := range e.queries {
		if q.failed != nil || (!q.dirty && len(q.changes) == 0) {
			continue
		}
		dirty = append(dirty, q)
		if len(q.changes) > 0 {
			c.Changes = append(c.Changes, engine.Change{View: q.Name, Batches: q.changes})
		}
		c.Late, c.Starts = append(c.Late, q.late...), append(c.Starts, q.starts...)
		if x, ok := q.expiry(); ok {
			c.Expired = append(c.Expired, x)
		}
		for _, r := range q.readings {
			c.Positions = append(c.Positions, r.commitPositions()...)
		}
	}
	e.gatherSources(c)
	c.Replayed = e.verdicts()
	if len(dirty) == 0 && len(c.DeadLetters) == 0 && len(c.Replayed) == 0 {
		return nil, nil, nil
	}
	var err error
	c.State, err = e.snapshot(dirty, c.Epoch)
	return c, dirty, err
}

// commitPositions are where the reading stands in the partitions that it has read.
func (r *reading) commitPositions() []engine.Position {
	var out []engine.Position
	if r.anew {
		return nil
	}
	for _, name := range sortedKeys(r.positions) {
		if at := r.positions[name]; at.next != unread {
			out = append(out, engine.Position{
				Query: r.query.Name, Source: r.source.Name, Partition: name, Next: at.next, Watermark: at.watermark, Reached: r.watermark,
			})
		}
	}
	return out
}

// gatherSources adds dead letters, and the sources' own positions that say which of them are known.
func (e *Engine) gatherSources(c *engine.Commit) {
	for _, s := range e.sources {
		if s.Table {
			continue
		}
		for _, l := range s.letters {
			l.Views = slices.DeleteFunc(slices.Clone(l.Views), e.hasFailed) // after a restart these read it again
			c.DeadLetters = append(c.DeadLetters, l)
		}
		if s.Of != "" {
			continue
		}
		for _, name := range sortedKeys(s.positions) {
			if p := s.positions[name]; p.next > 0 {
				c.Positions = append(c.Positions, engine.Position{Source: s.Name, Partition: name, Next: p.next, Watermark: engine.MinTime, Reached: engine.MinTime})
			}
		}
	}
}

func (e *Engine) queryNamed(name string) *query {
	return e.queries[slices.IndexFunc(e.queries, func(q *query) bool { return q.Name == name })]
}

// hasFailed reports whether a query has stopped: what it did since the last commit does not count.
func (e *Engine) hasFailed(query string) bool { return e.queryNamed(query).failed != nil }

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
