package kafka

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/engine"
)

// outOfRange handles a position that the partition no longer has.
//
//	before:  … 90 ▼next            after retention:        ┌ start
//	         [90 91 92 93 …]                      [90 … 119][120 121 …]
//	                                               lost: one dead letter names them; reading goes on at start
func (r *reader) outOfRange(ctx context.Context, p *partition) ([]engine.Fetch, error) {
	bounded, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	b, err := listBounds(bounded, r.admin, r.topic, false)
	if err != nil {
		r.warnings.Log(kgo.LogLevelWarn, "position is out of range; asking for the range failed, trying again", "partition", p.name, "err", err)
		select {
		case <-time.After(r.source.tick):
		case <-ctx.Done():
		}
		r.fetcher.fetch(p.number, p.next)
		return nil, nil
	}
	start, high := b.start[r.topic][p.number].Offset, b.high[r.topic][p.number].Offset
	if p.next > high {
		return nil, fmt.Errorf("kafka: fetch %s[%d] at offset %d: the partition now ends at %d: the brokers lost data that had been read",
			r.topic, p.number, p.next, high)
	}
	var out []engine.Fetch
	if p.next < start {
		out = append(out, r.ending(p, r.lose(p, min(start, p.end))))
	}
	if !p.ended {
		r.fetcher.fetch(p.number, p.next)
	}
	return out, nil
}

// lose moves a partition on to start and names the offsets that this leaves out, in a dead letter and in the log.
func (r *reader) lose(p *partition, start int64) engine.Fetch {
	now := time.Now()
	reason := fmt.Sprintf("offsets %d to %d were removed from the topic before they were read (retention, or deleted records); reading goes on at %d",
		p.next, start-1, start)
	r.source.log.Error("kafka: records lost", "partition", p.name, "reason", reason)
	letter := engine.DeadLetter{Source: r.source.name, Partition: p.name, Offset: p.next, Reason: reason, At: now}
	p.next = start
	out := p.report(now)
	out.Rejects = []engine.DeadLetter{letter}
	return out
}
