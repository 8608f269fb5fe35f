package kafka

import (
	"context"
	"log/slog"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/weirdb/weir/engine"
)

// outages makes a span of each time in which partitions could not be read because no leader answered: from then until one has, this
// broker or another.
//
//	broker 1 ── answers ──✗ lost                    ┌── answers
//	                      └─── span: reconnect ─────┘
type outages struct {
	source     string
	tracer     engine.Tracer
	partitions int // that have no answer; guarded by the fetcher's mu
}

// recover notes which partitions a broker has answered for that had been lost.
func (f *fetcher) recover(broker int32, response *kmsg.FetchResponse) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.outages.partitions == 0 {
		return
	}
	var since time.Time
	back := 0
	for i := range response.Topics {
		for k := range response.Topics[i].Partitions {
			p := &response.Topics[i].Partitions[k]
			c := f.cursors[p.Partition]
			if c == nil || p.ErrorCode != 0 || c.lost.IsZero() {
				continue
			}
			if back == 0 || c.lost.Before(since) {
				since = c.lost
			}
			c.lost = time.Time{}
			back++
		}
	}
	f.outages.partitions -= back
	if back > 0 {
		f.outages.end(since, f.brokers[broker], back)
	}
}

func (o *outages) end(since time.Time, broker string, partitions int) {
	_, span := o.tracer.Start(context.Background(), engine.SpanStart{Name: "reconnect " + o.source, At: since, Root: true})
	span.End(time.Time{}, nil, slog.String("weir.source", o.source), slog.String("server.address", broker), slog.Int("weir.partitions", partitions))
}
