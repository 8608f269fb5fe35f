package shop

import (
	"context"
	"io"
	"math"
	"strconv"
	"time"

	"github.com/weirdb/weir/engine"
)

const (
	batchRecords = 2048                 // of a fetch at most
	recordBytes  = 320                  // room for an average record and a little more
	nap          = 5 * time.Millisecond // the shortest wait, so that at high rates events come in batches
)

// reader makes the records of its partitions as they fall due.
type reader struct {
	generator *generator
	parts     []*partition
	clock     clock
	pace      pace
	limit     int64 // the first number that is not read
}

// Partitions are fixed by the option partitions.
func (r *reader) Partitions() []string {
	names := make([]string, len(r.parts))
	for i := range names {
		names[i] = strconv.Itoa(i)
	}
	return names
}

// Poll makes the next records of each partition that has any due.
func (r *reader) Poll(ctx context.Context) ([]engine.Fetch, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		now := r.clock.Now()
		if fetches := r.fetch(min(r.limit, r.pace.due(r.generator.calendar, now))); len(fetches) > 0 {
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

// fetch reads the numbers below due, up to a batch from each partition.
func (r *reader) fetch(due int64) []engine.Fetch {
	var fetches []engine.Fetch
	for _, p := range r.parts {
		if p.ended {
			continue
		}
		records := r.take(p, due)
		p.ended = p.upcoming()/deliveries >= r.limit
		if len(records) == 0 && !p.ended {
			continue
		}
		fetches = append(fetches, engine.Fetch{
			Partition: strconv.FormatInt(p.index, 10), Records: records, Next: p.next, Waiting: waiting(p, due), End: p.ended,
		})
	}
	return fetches
}

// take makes a partition's records of numbers below due, and moves its position behind them. The records share one piece of
// memory, or a few where it had to grow.
func (r *reader) take(p *partition, due int64) []engine.Record {
	var records []engine.Record
	room := uint64(waiting(p, due)) // -1 is a lot
	memory := make([]byte, 0, min(room, batchRecords)*recordBytes)
	for len(records) < batchRecords {
		position := p.upcoming()
		if position/deliveries >= due {
			break
		}
		begin := len(memory)
		value, ok := r.generator.deliver(memory, position)
		p.next = position + 1
		if memory = value; ok {
			records = append(records, engine.Record{Offset: position, Value: value[begin:len(value):len(value)]})
		}
	}
	return records
}

// waiting counts the partition's events that are due but not yet read; -1 where all of an endless stream is.
func waiting(p *partition, due int64) int64 {
	if due == math.MaxInt64 {
		return -1
	}
	return max(p.before(due)-p.before((p.next+deliveries-1)/deliveries), 0)
}

func (r *reader) ended() bool {
	for _, p := range r.parts {
		if !p.ended {
			return false
		}
	}
	return true
}

// untilNext is how long it takes until some partition's next number is due.
func (r *reader) untilNext(now time.Time) time.Duration {
	next := int64(math.MaxInt64)
	for _, p := range r.parts {
		if !p.ended {
			next = min(next, p.upcoming()/deliveries)
		}
	}
	return r.pace.until(r.generator.calendar.timeOf(next), now)
}

// Committed needs to do nothing: every position can be made again.
func (r *reader) Committed(map[string]int64) error { return nil }

// Close has nothing to free.
func (r *reader) Close() error { return nil }
