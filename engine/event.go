package engine

import "time"

// Event is something that has happened to the engine, or to one of its parts, that people want to see beside its metrics.
type Event struct {
	At time.Time
	// Kind is start or stop, of the process; otherwise what a part is now: failed, retrying, paused or backpressured, or recovered
	// where it is none of them any more.
	Kind string
	// Object is the part, such as "view hot", "source bid" or "sink out"; empty for the process.
	Object  string
	Message string // why; may be empty
}

// The kinds of events that are no states.
const (
	EventStart     = "start"
	EventStop      = "stop"
	EventRecovered = "recovered"
)
