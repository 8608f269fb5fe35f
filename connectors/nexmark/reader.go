package nexmark

import (
	"context"
	"io"
	"math"
	"strconv"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
)

const (
	batchRows = 4096                 // of a fetch at most
	nap       = 5 * time.Millisecond // the shortest wait, so that at high rates events come in batches
)

// reader makes the events of its partitions as they fall due.
type reader struct {
	generator *generator
	parts     []*partition
	columns   []column
	schema    *arrow.Schema
	clock     clock
	pace      pace
	limit     int64 // the first position that is not read
	events    []int64
}

// Partitions are fixed by the option partitions.
func (r *reader) Partitions() []string {
	names := make([]string, len(r.parts))
	for i := range names {
		names[i] = strconv.Itoa(i)
	}
	return names
}

// Poll makes the next rows of each partition that has any due.
func (r *reader) Poll(ctx context.Context) ([]engine.Fetch, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		now := r.clock.Now()
		if fetches := r.fetch(min(r.limit, r.pace.due(now))); len(fetches) > 0 {
			return fetches, nil
		}
		if r.ended() {
			return nil, io.EOF
		}
		if err := r.clock.Sleep(ctx, max(r.untilNext(now), nap)); err != nil {
			return nil, err
		}
	}
}

// fetch reads what lies below a position, up to a batch from each partition.
func (r *reader) fetch(due int64) []engine.Fetch {
	var fetches []engine.Fetch
	for _, p := range r.parts {
		if p.ended {
			continue
		}
		offsets := p.take(make([]int64, 0, batchRows), due, batchRows)
		p.ended = p.upcoming() >= r.limit
		if len(offsets) == 0 && !p.ended {
			continue
		}
		fetches = append(fetches, engine.Fetch{
			Partition: strconv.FormatInt(p.index, 10), Rows: r.rows(offsets), Offsets: offsets,
			Next: p.next, Waiting: r.waiting(p, due), End: p.ended,
		})
	}
	return fetches
}

// waiting counts the partition's events that are due but not yet read; -1 where all of an endless stream is.
func (r *reader) waiting(p *partition, due int64) int64 {
	if due == math.MaxInt64 {
		return -1
	}
	return max(p.before(due)-p.before(p.next), 0)
}

func (r *reader) ended() bool {
	for _, p := range r.parts {
		if !p.ended {
			return false
		}
	}
	return true
}

// untilNext is how long it takes until some partition's next event is due.
func (r *reader) untilNext(now time.Time) time.Duration {
	next := int64(math.MaxInt64)
	for _, p := range r.parts {
		if !p.ended {
			next = min(next, p.upcoming())
		}
	}
	return r.pace.until(next, now)
}

// Committed needs to do nothing: every position can be made again.
func (r *reader) Committed(map[string]int64) error { return nil }

// Close has nothing to free.
func (r *reader) Close() error { return nil }
