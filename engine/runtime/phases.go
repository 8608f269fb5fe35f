package runtime

import (
	"sync"
	"time"
)

// blocked measures how long a reader waits for the engine, the wait under way included.
type blocked struct {
	mu    sync.Mutex
	spent time.Duration
	since time.Time // zero while it does not wait
}

// begin starts a wait; what it returns ends it.
func (b *blocked) begin() (done func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.since = time.Now()
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.spent += time.Since(b.since)
		b.since = time.Time{}
	}
}

func (b *blocked) total() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.since.IsZero() {
		return b.spent
	}
	return b.spent + time.Since(b.since)
}

// spend adds the time since a moment to a phase of the loop, and returns the moment that it is now.
func (e *Engine) spend(phase *time.Duration, since time.Time) time.Time {
	now := e.config.Now()
	*phase += now.Sub(since)
	return now
}
