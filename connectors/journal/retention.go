package journal

import (
	"os"
)

// tidy removes segments that every query has done with and that are too old or too many. One in use, and the last, stay; but a last
// one that is too old is ended first, so that what came in a quiet week goes when it is due.
func (j *Journal) tidy() {
	if last, _ := j.last(); last != nil && j.isOver() {
		if err := j.roll(); err != nil {
			j.settings.Log.Warn("a segment of the journal could not be ended", "journal", j.settings.Dir, "error", err)
			return
		}
	}
	for first, ok := j.due(); ok; first, ok = j.due() {
		if err := os.Remove(j.path(first)); err != nil && !os.IsNotExist(err) {
			j.settings.Log.Warn("a segment of the journal could not be removed", "journal", j.settings.Dir, "error", err)
			return
		}
		j.mu.Lock()
		j.segments = j.segments[1:]
		j.mu.Unlock()
	}
}

// isOver reports whether all of the last segment is committed and too old. A tail that was not opened, or has a failed write behind
// it, waits.
func (j *Journal) isOver() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	last := j.segments[len(j.segments)-1]
	return j.tail != nil && !j.torn && last.began != 0 && j.committed >= j.next && j.isOld(j.arrived)
}

// isOld reports whether the retention of what came at a time, in µs since 1970, is over.
func (j *Journal) isOld(at int64) bool {
	return j.settings.Now().UnixMicro()-at > j.settings.Retention.Microseconds()
}

// due is the oldest segment, if it is to go. Its newest record is older than the first of the next one that has any.
func (j *Journal) due() (first int64, ok bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.segments) < 2 || j.committed < j.segments[1].first {
		return 0, false
	}
	newest := j.segments[1].began
	if newest == 0 {
		newest = j.arrived
	}
	return j.segments[0].first, j.isOld(newest) || j.sizeLocked() > j.settings.RetentionBytes
}
