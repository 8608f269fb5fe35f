package runtime

import "context"

// A plain table is a source whose rows can be taken back. It is loaded before events are processed; after that, what changes in it
// comes like events, at any time. It has no event time, so that what stands on tables alone hears of no watermark.

// loadTables reads the tables up to their ends, through all stages of the queries on them.
func (e *Engine) loadTables(ctx, work context.Context) error {
	loaded := false
	for _, s := range e.sources {
		for s.Table && !s.resting() && !s.current() {
			select {
			case p := <-s.fetches:
				e.round(e.receive(nil, s, p, e.config.Now()))
				e.publishStatus()
				loaded = true
			case <-ctx.Done():
				return nil
			}
		}
	}
	if !loaded {
		return nil
	}
	e.epochStart = e.config.Now()
	return e.endEpoch(work)
}

// current reports whether a table has been read up to its end, or cannot be.
func (s *source) current() bool {
	for _, p := range s.positions {
		if p.quiet {
			return true
		}
	}
	return s.ended
}

// failTables stops the queries on tables that have failed: without them, their rows would be wrong.
func (e *Engine) failTables() {
	for _, s := range e.sources {
		if !s.Table || s.failed == nil {
			continue
		}
		for _, r := range s.readings {
			if !r.query.rests() {
				r.query.fail(s.failed)
			}
		}
	}
}

// isStatic reports whether the rows of a node come from plain tables alone.
func (q *query) isStatic(node int) bool {
	if node < len(q.inputs) {
		return q.inputs[node].reading.source.Table
	}
	return q.stages[node-len(q.inputs)].static
}
