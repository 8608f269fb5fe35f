package runtime

import "errors"

// failure is the error of a bounded run in which a source or query stopped before its end.
func (e *Engine) failure() error {
	if !e.config.Bounded {
		return nil
	}
	var errs []error
	for _, s := range e.sources {
		errs = append(errs, s.failed)
	}
	for _, q := range e.queries {
		errs = append(errs, q.failed)
	}
	return errors.Join(errs...)
}

// tellFailures logs what has stopped, once. A bounded run returns it at its end instead.
func (e *Engine) tellFailures() {
	if e.config.Bounded {
		return
	}
	for _, s := range e.sources {
		if s.failed != nil && !s.told {
			e.config.Log.Error("source has stopped; a restart goes on where it stood", "source", s.Name, "error", s.failed)
			s.told = true
		}
	}
	for _, q := range e.queries {
		if q.failed != nil && !q.told {
			e.config.Log.Error("view has stopped, the others go on; a restart goes on where it stood", "view", q.Name, "error", q.failed)
			q.told = true
		}
	}
}
