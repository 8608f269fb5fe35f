package nexmark

import (
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/connectors/generated"
	"github.com/weirdb/weir/engine"
)

const batchRows = 4096 // of a fetch at most

// stream is a table's part of the events for one reader.
type stream struct {
	generator  *generator
	table      *table
	partitions int64
	columns    []column
	schema     *arrow.Schema
	mark       generated.Mark
	rate       float64 // positions per second of wall time; 0 if all are due at once
	events     []int64 // scratch: what arrives at the positions of a batch
}

// Due follows the rate from the mark on.
func (s *stream) Due(now time.Time) int64 {
	if s.rate == 0 {
		return generated.Endless
	}
	return s.mark.Position + int64(now.Sub(s.mark.Wall).Seconds()*s.rate) + 1
}

// Until is how long it takes, from now, until a position is due.
func (s *stream) Until(position int64, now time.Time) time.Duration {
	due := float64(position-s.mark.Position) / s.rate * float64(time.Second)
	return time.Duration(due) - now.Sub(s.mark.Wall)
}

// Upcoming is the first position from next on that belongs to a partition.
func (s *stream) Upcoming(partition, next int64) int64 { return s.partition(partition).upcoming(next) }

// Before counts a partition's positions before another.
func (s *stream) Before(partition, position int64) int64 {
	return s.partition(partition).before(position)
}

// Fetch makes the rows of a partition's next positions.
func (s *stream) Fetch(partition, next, limit int64) engine.Fetch {
	offsets, next := s.partition(partition).take(make([]int64, 0, batchRows), next, limit, batchRows)
	return engine.Fetch{Rows: s.rows(offsets), Offsets: offsets, Next: next}
}

func (s *stream) partition(index int64) partition {
	return partition{table: s.table, index: index, of: s.partitions}
}
