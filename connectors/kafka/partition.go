package kafka

import (
	"bytes"
	"fmt"
	"math"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/engine"
)

// partition is how far one partition has been read.
//
//	        next        end (bounded only)   high
//	 read    ▼ to read     ▼                  ▼
//	─────────┬─────────────┬──────────────────┬
//
// Not every offset has a record: compaction leaves holes, aborted records are hidden, and markers of transactions are no data.
type partition struct {
	number int32
	name   string
	next   int64 // the first offset not yet passed on
	end    int64 // a bounded read ends here; math.MaxInt64 otherwise
	high   int64 // where the partition ended when the broker was last heard
	ended  bool
	told   time.Time // when the engine last heard of the partition
}

func newPartition(number int32, next int64) *partition {
	return &partition{number: number, name: partitionName(number), next: next, end: math.MaxInt64}
}

// noValue is why a tombstone, or another message without content, is a dead letter: formats pass over blank records, as DuckDB
// passes over blank lines, but a message is not a line.
const noValue = "the message has no value (a tombstone?)"

// take moves on to where an answer ends. It reports false if there was nothing new.
func (p *partition) take(a *answer, decompress kgo.Decompressor, now time.Time) (engine.Fetch, bool) {
	from, to := p.next, min(a.next, p.end)
	if to <= from {
		return engine.Fetch{}, false
	}
	p.next, p.high = to, max(a.high, a.next)
	out := p.report(now)
	if len(a.batches)+len(a.old) > 0 {
		out.Unpack = func(into []engine.Record) ([]engine.Record, []engine.DeadLetter, error) {
			return a.unpack(from, to, decompress, into)
		}
	}
	if a.room != nil {
		out.Done = a.room.leave
	}
	return out, true
}

// unpack appends the records in [from, to) that have a value, and names the others.
func (a *answer) unpack(from, to int64, decompress kgo.Decompressor, into []engine.Record) ([]engine.Record, []engine.DeadLetter, error) {
	first := len(into)
	for _, r := range a.old {
		if r.Offset >= from && r.Offset < to {
			into = append(into, r)
		}
	}
	for _, b := range a.batches {
		var err error
		unpack := b.unpack
		if a.meta {
			unpack = b.unpackMessages
		}
		if into, err = unpack(from, to, decompress, into); err != nil {
			return into, nil, fmt.Errorf("kafka: partition %d: %w", a.number, err)
		}
	}
	kept, blank := withValue(into[first:])
	return into[:first+kept], blank, nil
}

// withValue moves the records that have a value to the front, and returns how many there are and a dead letter for each other.
func withValue(records []engine.Record) (kept int, blank []engine.DeadLetter) {
	for i := range records {
		r := &records[i]
		if (len(r.Value) == 0 || r.Value[0] <= ' ') && len(bytes.TrimSpace(r.Value)) == 0 {
			blank = append(blank, engine.DeadLetter{Offset: r.Offset, Value: bytes.Clone(r.Value), Reason: noValue})
			continue
		}
		if kept < i {
			records[kept] = *r
		}
		kept++
	}
	return kept, blank
}

// report says where the partition stands.
func (p *partition) report(now time.Time) engine.Fetch {
	p.told = now
	return engine.Fetch{Partition: p.name, Next: p.next, Waiting: max(0, min(p.high, p.end)-p.next)}
}
