package runtime

import (
	"errors"
	"time"
)

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
			e.config.Log.Error("source has stopped; a restart goes on where it stood", "source", s.Name, "partition", s.failedIn, "error", s.failed)
			s.told = true
		}
		e.tellLetters(s)
	}
	for _, q := range e.queries {
		if q.failed != nil && !q.told {
			e.config.Log.Error("view has stopped, the others go on; a restart goes on where it stood", "query", q.Name,
				"source", q.failedIn.source, "partition", q.failedIn.partition, "error", q.failed)
			q.told = true
		}
	}
}

// lettersPause is how long the log says nothing of a source's dead letters after it has.
const lettersPause = time.Minute

// tellLastLetters logs at the end of a run what was not said yet of its dead letters. A bounded run says all there.
func (e *Engine) tellLastLetters() {
	for _, s := range e.sources {
		s.lettersAt = time.Time{}
		e.tellLetters(s)
	}
}

// tellLetters logs that records could not be used: how many since it was last said, and what was wrong with the last one.
func (e *Engine) tellLetters(s *source) {
	now := e.config.Now()
	if s.deadLetters == s.lettersTold || now.Sub(s.lettersAt) < lettersPause {
		return
	}
	e.config.Log.Warn("records could not be used; they are in weir.dead_letters", "source", s.Name, "partition", s.lastLetter.Partition,
		"records", s.deadLetters-s.lettersTold, "error", s.lastLetter.Reason)
	s.lettersTold, s.lettersAt = s.deadLetters, now
}
