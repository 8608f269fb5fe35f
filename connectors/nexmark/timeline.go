package nexmark

import (
	"context"
	"math"
	"sync"
	"time"
)

// clock is the wall clock. Only readers look at it.
type clock interface {
	Now() time.Time
	// Sleep waits for a span of time, or until ctx is done.
	Sleep(ctx context.Context, d time.Duration) error
}

type wallClock struct{}

func (wallClock) Now() time.Time { return time.Now() }

func (wallClock) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// pace says when each position is due.
type pace struct {
	wall     time.Time // when position was due
	position int64
	rate     float64 // positions per second; 0 if all are due at once
}

// due is the first position that is not due yet.
func (p pace) due(now time.Time) int64 {
	if p.rate == 0 {
		return math.MaxInt64
	}
	return p.position + int64(now.Sub(p.wall).Seconds()*p.rate) + 1
}

// until is how long it takes, from now, until a position is due.
func (p pace) until(position int64, now time.Time) time.Duration {
	due := float64(position-p.position) / p.rate * float64(time.Second)
	return time.Duration(due) - now.Sub(p.wall)
}

// timelines keep one pace for each stream, for as long as the process runs: readers that open later, for a further view or
// another table, join the stream where it is and first catch up.
type timelines struct {
	clock clock
	mu    sync.Mutex
	paces map[streamKey]pace
}

// streamKey is what sources of one stream have in common.
type streamKey struct {
	seed, eventRate int64
	rate            float64
	start           string
}

var processTimelines = &timelines{clock: wallClock{}}

// join returns the stream's pace for a reader that starts at a position. The first reader sets it; one that resumes ahead of
// it, after a restart, sets it anew, so that its next event is due now.
func (t *timelines) join(key streamKey, position int64) pace {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock.Now()
	p, ok := t.paces[key]
	if ok && position <= p.due(now) {
		return p
	}
	if t.paces == nil {
		t.paces = map[streamKey]pace{}
	}
	p = pace{wall: now, position: position, rate: key.rate}
	t.paces[key] = p
	return p
}
