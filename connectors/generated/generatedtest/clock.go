// Package generatedtest is what tests of generators need: a clock to move by hand, and readers read to their end with a check of
// what every fetch promises. Add here what the tests of more than one generator ask for.
package generatedtest

import (
	"context"
	"time"
)

// Clock is a generated.Clock that moves only when a reader sleeps or the test sets Time.
type Clock struct{ Time time.Time }

// NewClock returns a clock that shows a Monday, half past noon.
func NewClock() *Clock { return &Clock{Time: time.Date(2026, 3, 2, 12, 30, 15, 0, time.UTC)} }

// Now is what the clock shows.
func (c *Clock) Now() time.Time { return c.Time }

// Sleep moves the clock on and returns at once, with the error of ctx if that is done.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	c.Time = c.Time.Add(d)
	return ctx.Err()
}
