package journal

import (
	"context"
	"io"
	"time"

	"github.com/weirdb/weir/engine"
)

// Partition is the name of a journal's only partition.
const Partition = "0"

// What one Poll returns at most, and how often a quiet journal says so.
const (
	pollRecords = 4096
	pollBytes   = 4 << 20
	quietEvery  = time.Second
)

// Reader reads a journal for the engine: an engine.Reader.
type Reader struct {
	cursor cursor
	end    int64 // where a bounded reader ends; -1 if it does not
	ended  bool
	told   bool // that nothing waits
}

// Read makes a reader that begins at a position; a negative one stands for the first record that is kept. A bounded one ends where
// the journal ends now.
func (j *Journal) Read(from int64, bounded bool) *Reader {
	first, next := j.Bounds()
	if from < 0 {
		from = first
	}
	r := &Reader{cursor: cursor{journal: j, next: from}, end: -1}
	if bounded {
		r.end = max(next, from)
	}
	return r
}

// Partitions implements engine.Reader.
func (r *Reader) Partitions() []string {
	if r.ended {
		return nil
	}
	return []string{Partition}
}

// Poll implements engine.Reader.
func (r *Reader) Poll(ctx context.Context) ([]engine.Fetch, error) {
	if r.ended {
		return nil, io.EOF
	}
	for {
		grown := r.cursor.journal.whenGrown()
		f, some, err := r.fetch()
		if err != nil {
			return nil, err
		}
		if some {
			return []engine.Fetch{f}, nil
		}
		if err := r.wait(ctx, grown); err != nil {
			return nil, err
		}
		r.told = false // it is time to say again that nothing waits
	}
}

// fetch reads what there is. A fetch without records says, once, that nothing waits.
func (r *Reader) fetch() (f engine.Fetch, some bool, err error) {
	f = engine.Fetch{Partition: Partition, Next: r.cursor.next}
	count := int64(pollRecords)
	if r.end >= 0 {
		count = min(count, r.end-r.cursor.next)
	}
	if err := r.cursor.read(&f, int(count), pollBytes); err != nil {
		return f, false, err
	}
	f.Waiting = max(0, r.latest()-r.cursor.next)
	f.End = r.end >= 0 && r.cursor.next >= r.end
	r.ended = f.End
	some = len(f.Records) > 0 || len(f.Rejects) > 0 || f.End || !r.told
	r.told = f.Waiting == 0
	return f, some, nil
}

// latest is the number that the reader comes to if no more is written.
func (r *Reader) latest() int64 {
	if r.end >= 0 {
		return r.end
	}
	_, next := r.cursor.journal.Bounds()
	return next
}

// whenGrown is closed once there is more to read.
func (j *Journal) whenGrown() <-chan struct{} {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.grown
}

// wait returns when there is more, or it is time to say that there is not.
func (r *Reader) wait(ctx context.Context, grown <-chan struct{}) error {
	timer := time.NewTimer(quietEvery)
	defer timer.Stop()
	select {
	case <-grown:
	case <-timer.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// Committed implements engine.Reader.
func (r *Reader) Committed(positions map[string]int64) error {
	if next, ok := positions[Partition]; ok {
		r.cursor.journal.Committed(next)
	}
	return nil
}

// Close implements engine.Reader. It leaves the journal open.
func (r *Reader) Close() error {
	r.cursor.close()
	return nil
}
