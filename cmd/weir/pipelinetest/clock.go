package pipelinetest

import (
	"sync"
	"time"
)

// wallClock is the wall clock of a test. It moves when it is told to.
type wallClock struct {
	mu  sync.Mutex
	now time.Time
}

func newWallClock() *wallClock { return &wallClock{now: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)} }

// Now is what the engine is given as its clock.
func (c *wallClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *wallClock) advance(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(by)
}
