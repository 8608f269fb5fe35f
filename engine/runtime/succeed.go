package runtime

// HandOver tells an engine that another one will go on: when its Run ends, live readers stay. To be called before Run's ctx is cancelled.
func (e *Engine) HandOver() { e.handedOver.Store(true) }

// EndReaders ends the live readers of an engine that was handed over, but to nobody.
func (e *Engine) EndReaders() { e.hub.close() }

// Successor makes an engine over the same store that goes on where this one stood, which was handed over and whose Run has returned. Live
// readers follow it, and counters count on.
//
//	engine 1  rounds … │ commit epoch 7 ┐ Run returns
//	engine 2                            └ load epoch 7 │ rounds … │ commit epoch 8
//	readers   epoch 6, epoch 7,                                     epoch 8
func (e *Engine) Successor(c Config) (*Engine, error) {
	next, err := New(c)
	if err != nil {
		return nil, err
	}
	next.hub = e.hub
	next.inherit(e)
	return next, nil
}

// inherit takes over what was counted.
func (e *Engine) inherit(old *Engine) {
	e.phases, e.status = old.phases, old.status // what there was is true until Run renews it
	for _, s := range e.sources {
		if was := old.sourceNamed(s.Name); was != nil {
			s.records, s.bytes, s.deadLetters, s.lastLetter, s.lettersTold, s.lettersAt = was.records, was.bytes, was.deadLetters, was.lastLetter, was.lettersTold, was.lettersAt
			s.blocked.spent = was.blocked.total()
		}
	}
	for _, q := range e.queries {
		for _, was := range old.queries {
			if was.Name == q.Name {
				q.rowsIn, q.rowsOut, q.lateN, q.stood = was.rowsIn, was.rowsOut, was.lateN, was.standsFor != nil
			}
		}
	}
	for _, s := range e.sinks {
		for _, was := range old.sinks {
			if was.Name == s.Name {
				s.delivered, s.failures = was.delivered, was.failures
			}
		}
	}
}

// EndReadersOf ends the live readers of views whose tables are not what they were, or are gone, and forgets what is past: whoever comes back
// begins with the table. To be called between two engines.
func (e *Engine) EndReadersOf(views []string) { e.hub.endOf(views) }
