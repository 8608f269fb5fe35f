// Package generated reads streams that are made, not stored: each event is a pure function of its position, so that any position
// can be read again and nothing has to be kept. Here is what such sources have in common:
//
//   - Dice (dice.go) throws random numbers that depend on a seed, a decision and what the decision is about, and on nothing else.
//   - Reader (reader.go) polls a Stream: it waits until events fall due, and tells where partitions end.
//   - Timelines (timelines.go) anchor streams to the wall clock, so that all readers of one stream see the same present.
//   - Open (open.go) puts these together for the positions that a query resumes at.
//
// To add a generator: a folder beside this one with an engine.Connector, and in it a type with Stream's methods. Its source's
// Open makes a Setup from the options and calls Open. Its tests find a clock to move by hand in generatedtest. What events
// contain, when they are due and how they are dealt among partitions is the generator's own business.
package generated

import (
	"math"
	"time"

	"github.com/weirdb/weir/engine"
)

// Endless is the position behind a stream that has no end.
const Endless = math.MaxInt64

// Stream makes the events of a source. A position belongs to one partition, and its event is always the same. Partitions count
// from 0. One reader uses a stream, in one goroutine.
type Stream interface {
	// Due is the first position that is not due yet at a moment of the wall clock; Endless if all of them are due at any time.
	Due(now time.Time) int64
	// Until is how long it takes from now until a position is due that Due holds back.
	Until(position int64, now time.Time) time.Duration
	// Upcoming is the first position of a partition that is not before next.
	Upcoming(partition, next int64) int64
	// Before counts a partition's events before a position. It need not be exact: it tells how many wait.
	Before(partition, position int64) int64
	// Fetch makes a partition's events from position next on that lie before limit, at most a few thousand of them. It sets
	// Next, the position behind what it has looked at, and Records, which may be none, or Rows and Offsets.
	Fetch(partition, next, limit int64) engine.Fetch
}
