package journal

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// file is what a segment is written through.
type file interface {
	io.WriterAt
	io.Closer
	Sync() error
	Truncate(size int64) error
}

func createFile(path string) (file, error) { return os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o644) }

// store writes a group behind what is safe, and makes it safe. If anything fails, nothing of it is kept.
func (j *Journal) store(g *group) error {
	err := j.ready()
	if err == nil {
		err = j.put(g)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.queued -= g.bytes
	j.tell(err)
	if err != nil {
		return fmt.Errorf("journal %s: %w", j.settings.Dir, err)
	}
	last := &j.segments[len(j.segments)-1]
	if last.began == 0 {
		last.began = g.blocks[0].at
	}
	last.size += g.bytes
	final := g.blocks[len(g.blocks)-1]
	j.next, j.arrived = final.end(), final.at
	close(j.grown)
	j.grown = make(chan struct{})
	return nil
}

// tell logs that the journal cannot be written, and that it can be again; the senders hear of each refusal.
func (j *Journal) tell(err error) {
	switch {
	case err != nil && !j.failing:
		j.settings.Log.Error("the journal cannot be written: records are refused", "journal", j.settings.Dir, "error", err)
	case err == nil && j.failing:
		j.settings.Log.Info("the journal can be written again", "journal", j.settings.Dir)
	}
	j.failing = err != nil
}

// ready makes the last segment one that can be written to: what a failed write has left is cut off, a segment that is full or ends
// with damage is followed by a new one.
func (j *Journal) ready() error {
	last, full := j.last()
	if j.tail == nil && !j.blocked && last != nil {
		if err := j.openTail(*last); err != nil {
			return err
		}
	}
	if j.torn {
		if err := j.tail.Truncate(last.size); err != nil {
			return fmt.Errorf("cut off a write that failed: %w", err)
		}
		j.torn = false
	}
	if last == nil || full || j.blocked {
		return j.roll()
	}
	return nil
}

// last is the last segment, nil if there is none, and whether it has all the bytes that it is to have.
func (j *Journal) last() (s *segment, full bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.segments) == 0 {
		return nil, false
	}
	out := j.segments[len(j.segments)-1]
	return &out, out.size >= j.settings.SegmentBytes
}

// openTail opens the segment that an earlier process wrote last. What a crash has left of a write is cut off.
func (j *Journal) openTail(last segment) error {
	f, err := j.create(j.path(last.first))
	if err != nil {
		return err
	}
	if err := f.Truncate(last.size); err != nil {
		return errors.Join(fmt.Errorf("cut off a write that was under way: %w", err), f.Close())
	}
	j.tail = f
	return nil
}

// roll ends the last segment and begins one for the next record.
func (j *Journal) roll() error {
	if j.tail != nil {
		if err := j.tail.Sync(); err != nil {
			return err
		}
	}
	j.mu.Lock()
	first := j.next
	j.mu.Unlock()
	f, err := j.create(j.path(first))
	if err != nil {
		return err
	}
	if err := errors.Join(f.Truncate(0), j.syncFolder()); err != nil {
		return errors.Join(err, f.Close(), os.Remove(j.path(first)))
	}
	if j.tail != nil {
		_ = j.tail.Close() // it is synced
	}
	j.tail, j.blocked = f, false
	j.mu.Lock()
	defer j.mu.Unlock()
	j.segments = append(j.segments, segment{first: first})
	return nil
}

// put numbers the blocks of a group, writes them and syncs.
func (j *Journal) put(g *group) error {
	last, _ := j.last()
	j.mu.Lock()
	next, at := j.next, max(j.arrived, j.settings.Now().UnixMicro())
	j.mu.Unlock()
	buffer := make([]byte, 0, g.bytes)
	for i := range g.blocks {
		b := &g.blocks[i]
		b.first, b.at = next, at // arrival never goes back, so that a time can be searched for
		b.put(b.block)
		buffer = append(buffer, b.block...)
		next = b.end()
	}
	j.torn = true // until it is known to be whole
	if _, err := j.tail.WriteAt(buffer, last.size); err != nil {
		return errors.Join(err, j.undo(last.size))
	}
	if j.settings.Sync {
		if err := j.tail.Sync(); err != nil {
			return errors.Join(err, j.undo(last.size))
		}
	}
	j.torn = false
	return nil
}

// undo cuts off what a failed write has left, so that it is not read after a restart. If that fails too, the next write tries again.
func (j *Journal) undo(size int64) error {
	if err := j.tail.Truncate(size); err != nil {
		return err
	}
	j.torn = false
	return nil
}

// closeTail ends the last segment when the journal is closed.
func (j *Journal) closeTail() {
	if j.tail == nil {
		return
	}
	if err := errors.Join(j.tail.Sync(), j.tail.Close()); err != nil {
		j.settings.Log.Error("the journal could not be synced", "journal", j.settings.Dir, "error", err)
	}
}

// suffix ends the names of segments.
const suffix = ".journal"

func (j *Journal) path(first int64) string {
	return filepath.Join(j.settings.Dir, fmt.Sprintf("%020d%s", first, suffix))
}

// syncFolder makes a new file's name last.
func (j *Journal) syncFolder() error {
	f, err := os.Open(j.settings.Dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
