// Package journal keeps the records of sources that cannot be asked for them again: what comes over HTTP, or from a queue that
// forgets what was taken. A record is written here first and acknowledged to its sender after that; the engine reads it from here,
// at a position, as often as it has to.
//
//	senders ─► Append ─► group ─► write, fsync ─► acknowledged
//	                                   │
//	           0…0.journal 0…812.journal 0…1790.journal        segments, named after their first record
//	                                   │
//	           Reader ◄────────────────┘ only what is safe
//
// Positions are record numbers: they grow by one. A segment is a row of blocks; a block holds what one Append was given, so that it
// is there as a whole or not at all, and has a sum over its head and one over its records (block.go).
//
// What a crash leaves of a write that was under way is cut off when the journal is written to again: nobody was told that it is
// safe. Everything else that cannot be read is damage (damage.go). It stops nothing: what can be read goes on, and a dead letter names
// the file, the place and the records that are missing. Nothing is ever written behind damage, so that it is found the same way each
// time.
//
// Segments that every query has done with go when they are too old or too many (retention.go). At its bound the journal refuses
// records; it never drops one.
//
// To use it for another source: Open it in the connector's constructor, Start it when the source is opened, give records to Append,
// and return its Reader. The connector's options become Settings.
//
// Files: append.go is the group commit, store.go what writes to segments, open.go looks at what is there, cursor.go and reader.go
// read, seek.go finds a time.
package journal

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// Settings say where a journal is, and how it keeps records.
type Settings struct {
	Dir string // its folder; made by Start
	// Sync says that records are on disk before they are acknowledged. Without, they are with the operating system: a process
	// that is killed loses none, a machine that loses power may lose those of the last seconds.
	Sync bool
	// Delay is how long a write waits for others to share its fsync.
	Delay        time.Duration
	SegmentBytes int64 // a segment that has so many ends
	MaxBytes     int64 // at which records are refused
	// Retention and RetentionBytes say when segments go that every query has done with: when their newest record is older than
	// the one, or when all segments together have more than the other.
	Retention      time.Duration
	RetentionBytes int64
	Log            *slog.Logger
	Now            func() time.Time
}

// ErrFull says that the journal is at its bound: the queries have to come after first.
var ErrFull = errors.New("the journal is full")

// ErrClosed says that the journal takes no records: it was not started, or is closed.
var ErrClosed = errors.New("the journal is closed")

// Journal is an append-only log of records in a folder. Its methods may be called at the same time, by any goroutine.
type Journal struct {
	settings Settings
	create   func(path string) (file, error) // a field for tests
	lock     *os.File

	mu        sync.Mutex // guards what follows
	segments  []segment  // oldest first. Invariant: each begins after all records of the one before
	next      int64      // the number of the next record
	arrived   int64      // when the newest record came, in µs since 1970
	grown     chan struct{}
	group     *group // what the next write takes; nil if there is nothing
	queued    int64  // bytes in groups that are not written yet
	committed int64  // every query has committed what lies before
	started   bool
	closed    bool

	wake chan struct{} // something to write, or to remove
	done chan struct{} // the writer has ended

	// Only the writer touches these.
	tail    file // the last segment, open for writing; nil before the first write
	failing bool // the last write failed, which is in the log
	torn    bool // the last write failed: cut off what it left before the next
	blocked bool // the last segment ends with damage: the next write begins another one
}

// segment is one file.
type segment struct {
	first int64 // the number of its first record; the file is named after it
	size  int64 // bytes that are safe to read
	began int64 // when its first record came, in µs since 1970; 0 if it has none
}

// Open looks at what is in the folder, and changes nothing. A folder that is not there is an empty journal.
func Open(s Settings) (*Journal, error) {
	if s.Now == nil {
		s.Now = time.Now
	}
	if s.Log == nil {
		s.Log = slog.Default()
	}
	j := &Journal{settings: s, create: createFile, grown: make(chan struct{}), wake: make(chan struct{}, 1), done: make(chan struct{})}
	if err := j.look(); err != nil {
		return nil, fmt.Errorf("journal %s: %w", s.Dir, err)
	}
	return j, nil
}

// Start takes the folder for this process and lets Append write. Next is where the engine stands: a journal that ends before it,
// because power was lost or a folder is gone, goes on there, so that no number is given out twice.
func (j *Journal) Start(next int64) (err error) {
	dir := j.settings.Dir
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	if j.lock, err = lockFolder(dir); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.look(); err != nil { // another process may have written since
		return errors.Join(fmt.Errorf("journal %s: %w", dir, err), j.lock.Close())
	}
	if next > j.next {
		j.settings.Log.Warn("the journal ends before what was read of it; it goes on there, and what is missing cannot be read again",
			"journal", dir, "ends", j.next, "next", next)
		j.next, j.blocked = next, true
	}
	j.started = true
	go j.write()
	return nil
}

// Bounds are the number of the first record that is kept, and that of the next one to come.
func (j *Journal) Bounds() (first, next int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.segments) == 0 {
		return j.next, j.next
	}
	return j.segments[0].first, j.next
}

// Committed tells that every query has committed what lies before a record: retention may take it.
func (j *Journal) Committed(next int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.committed = max(j.committed, next)
	if j.started && !j.closed {
		j.poke()
	}
}

// poke wakes the writer. The caller holds mu, and has seen that the journal is not closed.
func (j *Journal) poke() {
	select {
	case j.wake <- struct{}{}:
	default:
	}
}

// Close writes what Append was given, and frees the folder. A journal that was not started has nothing to close.
func (j *Journal) Close() error {
	j.mu.Lock()
	if !j.started || j.closed {
		j.mu.Unlock()
		return nil
	}
	j.closed = true
	close(j.wake)
	j.mu.Unlock()
	<-j.done
	if err := j.lock.Close(); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}
