package generated

import (
	"fmt"
	"math"
	"strconv"

	"github.com/weirdb/weir/engine"
)

// Setup is what a generator's source opens with.
type Setup struct {
	Timelines  *Timelines
	Key        any    // comparable: sources with equal keys are parts of one stream, and share its mark
	Partitions int64  // at least 1
	End        int64  // the position behind the last; Endless if there is none
	Pace       string // the option that spreads events over wall time, for error messages
	Unpaced    bool   // all events are due at once: Stream.Due is Endless
	// Anchor makes the stream for a mark.
	Anchor func(Mark) Stream
}

// Open starts reading. The pace counts from the first Open of the stream in this process. Errors say what cannot be resumed, or
// that a bounded read has no end, and name neither connector nor source.
func Open(s Setup, o engine.ReadOptions) (*Reader, error) {
	parts, first, err := resume(s.Partitions, o.From)
	if err != nil {
		return nil, err
	}
	if o.Bounded && s.End == Endless && s.Unpaced {
		return nil, fmt.Errorf("a bounded read needs an end: set the option events, or a %s, to read what is due by now", s.Pace)
	}
	r := &Reader{parts: parts, clock: s.Timelines.clock, limit: s.End}
	r.stream = s.Timelines.join(s.Key, first, s.Anchor)
	if o.Bounded && s.End == Endless {
		r.limit = r.stream.Due(r.clock.Now())
	}
	return r, nil
}

// resume lays out the partitions at the given positions, and tells the first of these.
func resume(partitions int64, from map[string]int64) ([]part, int64, error) {
	parts := make([]part, partitions)
	first := int64(math.MaxInt64)
	for i := range parts {
		parts[i].name = strconv.Itoa(i)
		parts[i].next = from[parts[i].name]
		first = min(first, parts[i].next)
	}
	for name, next := range from {
		if i, err := strconv.ParseInt(name, 10, 64); err != nil || i < 0 || i >= partitions || next < 0 {
			return nil, 0, fmt.Errorf("cannot resume partition %s at %d: partitions are 0 to %d", name, next, partitions-1)
		}
	}
	return parts, first, nil
}
