package generated

import (
	"sync"
	"time"
)

// Mark anchors a stream: Position is due at Wall, and all that follows at the stream's own pace.
type Mark struct {
	Wall     time.Time
	Position int64
}

// Timelines keep one mark for each stream, for as long as the process runs: readers that open later, for a further view or
// another table, join the stream where it is and first catch up.
type Timelines struct {
	clock Clock
	mu    sync.Mutex
	marks map[any]Mark
}

// NewTimelines returns timelines without any stream.
func NewTimelines(c Clock) *Timelines { return &Timelines{clock: c, marks: map[any]Mark{}} }

// join returns the stream, anchored, for a reader that starts at a position. The first reader sets the mark; one that resumes
// ahead of what is due, after a restart, sets it anew, so that its next event is due now.
//
//	due by the mark    ──────────────┤
//	reader resumes at        │              catches up
//	reader resumes at                   │   sets a new mark here
func (t *Timelines) join(key any, position int64, anchor func(Mark) Stream) Stream {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock.Now()
	if mark, ok := t.marks[key]; ok {
		if s := anchor(mark); position <= s.Due(now) {
			return s
		}
	}
	mark := Mark{Wall: now, Position: position}
	t.marks[key] = mark
	return anchor(mark)
}
