package kafka

import (
	"bytes"
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
	moved  time.Time // when next last moved
	told   time.Time // when the engine last heard of the partition
	probed time.Time // when it was last asked whether only a hole is left
}

func newPartition(number int32, next int64) *partition {
	return &partition{number: number, name: partitionName(number), next: next, end: math.MaxInt64}
}

// noValue is why a tombstone, or another message without content, is a dead letter: formats pass over blank records, as DuckDB
// passes over blank lines, but a message is not a line.
const noValue = "the message has no value (a tombstone?)"

// take copies what the engine needs out of the client's records, and gives those back to their pool. It reports false if
// there was nothing new. The values stay where they are, in the memory of the response.
func (p *partition) take(f *kgo.FetchPartition, now time.Time) (engine.Fetch, bool) {
	records := make([]engine.Record, 0, len(f.Records))
	var blank []engine.DeadLetter
	before := p.next
	for _, k := range f.Records {
		switch {
		case k.Offset >= p.end:
			p.next = p.end // what is between the last record and the end was a hole
		case k.Offset >= p.next:
			p.next = k.Offset + 1
			switch {
			case k.Attrs.IsControl():
			case len(bytes.TrimSpace(k.Value)) == 0:
				blank = append(blank, engine.DeadLetter{Offset: k.Offset, Value: k.Value, Reason: noValue})
			default:
				records = append(records, engine.Record{Offset: k.Offset, Value: k.Value})
			}
		}
		k.Recycle()
	}
	if p.next == before {
		return engine.Fetch{}, false
	}
	p.high, p.moved = max(f.HighWatermark, p.next), now
	out := p.report(now)
	out.Records, out.Rejects = records, append(out.Rejects, blank...)
	return out, true
}

// report says where the partition stands.
func (p *partition) report(now time.Time) engine.Fetch {
	p.told = now
	return engine.Fetch{Partition: p.name, Next: p.next, Waiting: max(0, min(p.high, p.end)-p.next)}
}
