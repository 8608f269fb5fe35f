package slt

import (
	"context"
	"sync"
	"time"
)

// live feeds a run that does not end: it is stopped once all events that were given have been committed.
type live struct {
	mu     sync.Mutex
	behind map[string]bool // sources of which something is not committed yet
	stop   context.CancelFunc
}

// newLive waits for the sources that views read and that have events.
func newLive(f *feed, read []string, stop context.CancelFunc) *live {
	l := &live{behind: map[string]bool{}, stop: stop}
	for _, source := range read {
		for _, records := range f.sources[source] {
			if len(records) > 0 {
				l.behind[source] = true
			}
		}
	}
	if len(l.behind) == 0 {
		stop()
	}
	return l
}

// committed takes in up to where a source's events are committed, and stops the run behind the last.
func (l *live) committed(f *feed, source string, positions map[string]int64) {
	for name, records := range f.sources[source] {
		if positions[name] < int64(len(records)) {
			return
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.behind, source)
	if len(l.behind) == 0 {
		l.stop()
	}
}

// idle is a poll that finds nothing.
func idle(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Millisecond):
		return nil
	}
}

// exhausted reports whether all events have been read.
func (r *feedReader) exhausted() bool {
	for _, name := range r.names {
		if r.next[name] < len(r.records(name)) {
			return false
		}
	}
	return true
}
