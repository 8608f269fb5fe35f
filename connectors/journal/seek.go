package journal

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// At is the number of the first record that came at or after a time; that of the next one to come if none has.
func (j *Journal) At(t time.Time) (int64, error) {
	at := t.UnixMicro()
	j.mu.Lock()
	segments, next, arrived := j.segments, j.next, j.arrived
	j.mu.Unlock()
	if at > arrived {
		return next, nil
	}
	// The first record is in the last segment that began before, or is the first of the one behind it.
	for i := len(segments) - 1; i >= 0; i-- {
		if s := segments[i]; s.began == 0 || s.began >= at && i > 0 {
			continue
		}
		return j.atIn(segments[i], at, next)
	}
	return next, nil
}

// atIn searches a segment for the first record that came at or after a time; the number behind it if there is none.
func (j *Journal) atIn(s segment, at, next int64) (first int64, err error) {
	f, err := os.Open(j.path(s.first))
	if err != nil {
		return 0, fmt.Errorf("journal: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := walker{file: f, size: s.size, next: s.first, limit: next}
	for {
		h, _, lost, err := w.step()
		switch {
		case err != nil:
			return 0, fmt.Errorf("journal: %w", err)
		case h == nil && lost == nil:
			return w.next, nil
		case h != nil && h.at >= at:
			return h.first, nil
		}
	}
}
