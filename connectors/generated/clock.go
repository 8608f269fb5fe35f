package generated

import (
	"context"
	"time"
)

// Clock is the wall clock. Only readers look at it.
type Clock interface {
	Now() time.Time
	// Sleep waits for a span of time, or until ctx is done, and returns its error then.
	Sleep(ctx context.Context, d time.Duration) error
}

// WallClock is the machine's clock.
type WallClock struct{}

// Now is the time of day.
func (WallClock) Now() time.Time { return time.Now() }

// Sleep waits for a span of time, or until ctx is done, and returns its error then.
func (WallClock) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
