package generated

import (
	"context"
	"io"
	"math"
	"time"

	"github.com/weirdb/weir/engine"
)

// Nap is the shortest wait of a reader, so that at high rates events come in batches.
const Nap = 5 * time.Millisecond

// Reader makes the events of a stream's partitions as they fall due. It has no goroutine and nothing to free.
type Reader struct {
	stream Stream
	parts  []part
	clock  Clock
	limit  int64 // the first position that is not read
}

// part is where the reader is in one partition.
type part struct {
	name  string
	next  int64 // the first position not yet read
	ended bool
}

// Partitions are fixed by the setup.
func (r *Reader) Partitions() []string {
	names := make([]string, len(r.parts))
	for i := range names {
		names[i] = r.parts[i].name
	}
	return names
}

// Poll makes the next events of each partition that has any due.
func (r *Reader) Poll(ctx context.Context) ([]engine.Fetch, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		now := r.clock.Now()
		if fetches := r.fetch(min(r.limit, r.stream.Due(now))); len(fetches) > 0 {
			return fetches, nil
		}
		if r.ended() {
			return nil, io.EOF
		}
		if err := r.clock.Sleep(ctx, max(r.untilNext(now), Nap)); err != nil {
			return nil, err
		}
	}
}

// fetch reads what lies before a position, up to a batch from each partition.
func (r *Reader) fetch(due int64) []engine.Fetch {
	var fetches []engine.Fetch
	for i := range r.parts {
		if r.idle(i, due) {
			continue
		}
		if f := r.advance(i, due); f.Rows != nil || len(f.Records) > 0 || f.End {
			fetches = append(fetches, f)
		}
	}
	return fetches
}

// idle says that a partition has nothing to read before due, nor an end to tell.
func (r *Reader) idle(i int, due int64) bool {
	p := &r.parts[i]
	upcoming := r.stream.Upcoming(int64(i), p.next)
	return p.ended || upcoming >= due && upcoming < r.limit
}

// advance fetches from one partition and moves behind what came.
func (r *Reader) advance(i int, due int64) engine.Fetch {
	p, partition := &r.parts[i], int64(i)
	f := r.stream.Fetch(partition, p.next, due)
	p.next = f.Next
	p.ended = r.stream.Upcoming(partition, p.next) >= r.limit
	f.Partition, f.Waiting, f.End = p.name, r.waiting(i, due), p.ended
	return f
}

// waiting counts a partition's events that are due but not yet read; -1 where all of an endless stream is.
func (r *Reader) waiting(i int, due int64) int64 {
	if due == Endless {
		return -1
	}
	partition := int64(i)
	return max(r.stream.Before(partition, due)-r.stream.Before(partition, r.parts[i].next), 0)
}

func (r *Reader) ended() bool {
	for i := range r.parts {
		if !r.parts[i].ended {
			return false
		}
	}
	return true
}

// untilNext is how long it takes until some partition's next event is due.
func (r *Reader) untilNext(now time.Time) time.Duration {
	next := int64(math.MaxInt64)
	for i := range r.parts {
		if !r.parts[i].ended {
			next = min(next, r.stream.Upcoming(int64(i), r.parts[i].next))
		}
	}
	return r.stream.Until(next, now)
}

// Committed needs to do nothing: every position can be made again.
func (r *Reader) Committed(map[string]int64) error { return nil }

// Close has nothing to free.
func (r *Reader) Close() error { return nil }
