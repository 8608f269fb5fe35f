package kafka

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/engine"
)

// pollRecords bounds what one poll returns, over all partitions.
const pollRecords = 16 << 10

// reader reads all partitions of a topic. Records and their values belong to whoever gets the fetch: they stay valid as
// long as somebody refers to them. A record without a value (a tombstone) has an empty one.
type reader struct {
	source     *source
	topic      string
	client     *kgo.Client
	admin      *kadm.Client
	bounded    bool
	partitions []*partition // by number
	byNumber   map[int32]*partition
	pending    []engine.Fetch // to be returned by the next poll, before anything else
	watcher    *watcher
	mirror     *mirror
	warnings   *clientLogger
	stop       context.CancelFunc
	background sync.WaitGroup
}

func newReader(s *source, client *kgo.Client, admin *kadm.Client, bounded bool) *reader {
	topic := s.options["topic"]
	return &reader{source: s, topic: topic, client: client, admin: admin, bounded: bounded,
		byNumber: map[int32]*partition{}, warnings: newClientLogger(s.log)}
}

// run starts the goroutines beside Poll: one asks where the partitions end, one mirrors commits to the consumer group.
func (r *reader) run(id kadm.TopicID) {
	ctx, cancel := context.WithCancel(context.Background())
	r.stop = cancel
	r.watcher = newWatcher(r.admin, r.source, id)
	r.mirror = newMirror(r.admin, r.source)
	r.background.Go(func() { r.watcher.run(ctx) })
	r.background.Go(func() { r.mirror.run(ctx) })
}

// Partitions are all partitions of the topic, empty ones too.
func (r *reader) Partitions() []string {
	names := make([]string, len(r.partitions))
	for i, p := range r.partitions {
		names[i] = p.name
	}
	return names
}

// Poll waits for records. A partition without any is reported about once a second, by a fetch without records. Outages
// are waited out; an error means that the topic is gone, access was withdrawn, or offsets no longer mean what they did.
func (r *reader) Poll(ctx context.Context) ([]engine.Fetch, error) {
	for {
		out, err := r.step(ctx)
		if err != nil || len(out) > 0 {
			return out, err
		}
		if r.bounded && r.finished() {
			return nil, io.EOF
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
}

func (r *reader) step(ctx context.Context) ([]engine.Fetch, error) {
	if out := r.pending; len(out) > 0 {
		r.pending = nil
		return out, nil
	}
	if r.bounded && r.finished() {
		return nil, nil
	}
	out, err := r.hear(ctx)
	if err != nil || len(out) > 0 {
		return out, err
	}
	bounded, cancel := context.WithTimeout(ctx, r.source.tick)
	defer cancel()
	return r.take(ctx, r.client.PollRecords(bounded, pollRecords))
}

// take turns what the client has fetched into fetches.
func (r *reader) take(ctx context.Context, fetched kgo.Fetches) ([]engine.Fetch, error) {
	now := time.Now()
	var out []engine.Fetch
	var failed error
	fetched.EachPartition(func(f kgo.FetchTopicPartition) {
		p := r.byNumber[f.Partition]
		if p != nil && !p.ended && len(f.Records) > 0 {
			if fetch, ok := p.take(&f.FetchPartition, now); ok {
				out = append(out, r.ending(p, fetch))
			}
		}
		if f.Err == nil || failed != nil {
			return
		}
		lost, err := r.fetchFailed(ctx, p, f.Err)
		out, failed = append(out, lost...), err
	})
	return out, failed
}

// ending marks the last fetch of a partition that has reached its end.
func (r *reader) ending(p *partition, f engine.Fetch) engine.Fetch {
	if p.next < p.end {
		return f
	}
	f.End, p.ended = true, true
	r.client.RemoveConsumePartitions(map[string][]int32{r.topic: {p.number}})
	return f
}

// finish ends a partition without more records.
func (r *reader) finish(p *partition) engine.Fetch { return r.ending(p, p.report(time.Now())) }

func (r *reader) finished() bool {
	for _, p := range r.partitions {
		if !p.ended {
			return false
		}
	}
	return true
}

// fetchFailed decides what an error of the client means. The client has already tried again what it can.
func (r *reader) fetchFailed(ctx context.Context, p *partition, err error) ([]engine.Fetch, error) {
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return nil, nil // Poll looks at its own context
	case p != nil && p.ended:
		return nil, nil
	case p != nil && errors.Is(err, kerr.OffsetOutOfRange):
		return r.outOfRange(ctx, p)
	case p == nil:
		return nil, fmt.Errorf("kafka: fetch %s: %w", r.topic, err)
	}
	return nil, fmt.Errorf("kafka: fetch %s[%d] at offset %d: %w", r.topic, p.number, p.next, err)
}

// Committed mirrors the positions to the consumer group, in the background: they are for lag tools only.
func (r *reader) Committed(positions map[string]int64) error {
	r.mirror.offer(positions)
	return nil
}

// Close stops fetching and sends the last positions to the consumer group, if a broker takes them soon.
func (r *reader) Close() error {
	r.stop()
	r.background.Wait()
	r.client.Close()
	return nil
}
