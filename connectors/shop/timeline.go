package shop

import (
	"context"
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

// pace relates event time to wall time.
type pace struct {
	start int64     // event time of number 0, µs since 1970
	wall  time.Time // when it was event time at
	at    int64     // µs since 1970
	speed float64   // seconds of event time per second of wall time; 0 if all events are due at once
}

// present is the event time that has been reached, in µs since 1970.
func (p pace) present(now time.Time) int64 {
	return p.at + int64(float64(now.Sub(p.wall).Microseconds())*p.speed)
}

// due is the first number that is not due yet.
func (p pace) due(c *calendar, now time.Time) int64 {
	if p.speed == 0 {
		return endless
	}
	return c.due(p.present(now))
}

// until is how long it takes, from now, until event time reaches a moment.
func (p pace) until(at int64, now time.Time) time.Duration {
	return time.Duration(float64(at-p.present(now)) / p.speed * float64(time.Microsecond))
}

// timelines keep one pace for each stream, for as long as the process runs: readers that open later, for a further view, join
// the stream where it is and first catch up.
type timelines struct {
	clock clock
	mu    sync.Mutex
	paces map[streamKey]pace
}

// streamKey is what sources of one stream have in common.
type streamKey struct {
	seed        int64
	rate, speed float64
	start       string
	anomalies   bool
}

var processTimelines = &timelines{clock: wallClock{}}

// join returns the stream's pace for a reader that starts at a number. The first reader sets it; one that resumes ahead of it,
// after a restart, sets it anew, so that its next event is due now.
func (t *timelines) join(key streamKey, number int64, c config) pace {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock.Now()
	p, ok := t.paces[key]
	if ok && p.reaches(number, now, c) {
		return p
	}
	if t.paces == nil {
		t.paces = map[streamKey]pace{}
	}
	p = newPace(key, number, now, c)
	t.paces[key] = p
	return p
}

func (p pace) reaches(number int64, now time.Time, c config) bool {
	c.start = p.start
	return number <= p.due(newCalendar(c, newDice(c.seed)), now)
}

// newPace makes a number's event due now. With start = 'now' it happens now, too, in event time.
func newPace(key streamKey, number int64, now time.Time, c config) pace {
	k := newDice(c.seed)
	if key.start == startNow {
		at := now.UnixMicro()
		return pace{start: startBefore(number, at, c, k), wall: now, at: at, speed: key.speed}
	}
	start, _ := parseStart(key.start) // check has parsed it
	c.start = start.UnixMicro()
	return pace{start: c.start, wall: now, at: newCalendar(c, k).timeOf(number), speed: key.speed}
}
