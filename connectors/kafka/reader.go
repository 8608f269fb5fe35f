package kafka

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/engine"
)

// reader reads all partitions of a topic. Values lie in the memory of the response that brought them, which is used again once
// all fetches made of it are done, or of what it was decompressed to.
type reader struct {
	source     *source
	topic      string
	client     *kgo.Client
	admin      *kadm.Client
	bounded    bool
	aside      bool // the positions are not for the consumer group
	meta       bool // some query reads keys, timestamps or headers, or traces are kept
	tracer     engine.Tracer
	partitions []*partition // by number
	byNumber   map[int32]*partition
	pending    []engine.Fetch // to be returned by the next poll, before anything else
	fetcher    *fetcher
	decompress kgo.Decompressor
	watcher    *watcher
	mirror     *mirror
	warnings   *clientLogger
	stop       context.CancelFunc
	background sync.WaitGroup
}

func newReader(s *source, client *kgo.Client, admin *kadm.Client, bounded bool) *reader {
	topic := s.options["topic"]
	return &reader{source: s, topic: topic, client: client, admin: admin, bounded: bounded,
		byNumber: map[int32]*partition{}, tracer: engine.Untraced, decompress: kgo.DefaultDecompressor(), warnings: newClientLogger(s.log)}
}

// run starts the goroutines beside Poll: one fetches, one asks where the partitions end, one mirrors commits to the consumer
// group.
func (r *reader) run(id kadm.TopicID) {
	ctx, cancel := context.WithCancel(context.Background())
	r.stop = cancel
	r.fetcher = newFetcher(r.client, r.source.dialer, r.topic, id, r.source.committedOnly(), r.warnings, &outages{source: r.source.name, tracer: r.tracer})
	r.watcher = newWatcher(r.admin, r.source, id)
	r.mirror = newMirror(r.admin, r.source)
	r.background.Go(func() { r.fetcher.run(ctx) })
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
	out, err := r.hear()
	if err != nil || len(out) > 0 {
		return out, err
	}
	select {
	case answers := <-r.fetcher.answers:
		return r.take(ctx, answers)
	case <-time.After(r.source.tick): // the watcher may have news
	case <-ctx.Done():
	}
	return nil, nil
}

// take turns answers into fetches.
func (r *reader) take(ctx context.Context, answers []answer) ([]engine.Fetch, error) {
	now := time.Now()
	var out []engine.Fetch
	for i := range answers {
		a := &answers[i]
		p := r.byNumber[a.number]
		if p.ended || a.from != p.next {
			continue // sent before the reader went elsewhere
		}
		a.meta = r.meta
		if fetch, ok := p.take(a, r.decompress, now); ok {
			out = append(out, r.ending(p, fetch))
		}
		if a.err == nil {
			continue
		}
		lost, err := r.fetchFailed(ctx, p, a.err)
		if err != nil {
			return out, err
		}
		out = append(out, lost...)
	}
	return out, nil
}

// ending marks the last fetch of a partition that has reached its end.
func (r *reader) ending(p *partition, f engine.Fetch) engine.Fetch {
	if p.next < p.end {
		return f
	}
	f.End, p.ended = true, true
	r.fetcher.drop(p.number)
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

// fetchFailed decides what it means that a partition cannot be read. What may pass by itself has been tried again already.
func (r *reader) fetchFailed(ctx context.Context, p *partition, err error) ([]engine.Fetch, error) {
	if errors.Is(err, kerr.OffsetOutOfRange) {
		return r.outOfRange(ctx, p)
	}
	return nil, fmt.Errorf("kafka: fetch %s[%d] at offset %d: %w", r.topic, p.number, p.next, err)
}

// Hold implements engine.AlignedReader. What brokers have been asked for already still comes: of each partition that is at most one answer
// on its way, one that waits, and one in hand.
func (r *reader) Hold(partitions []string) {
	numbers := map[int32]bool{}
	for _, name := range partitions {
		if n, err := strconv.ParseInt(name, 10, 32); err == nil {
			numbers[int32(n)] = true
		}
	}
	r.fetcher.pause(numbers)
}

// Committed mirrors the positions to the consumer group, in the background: they are for lag tools only.
func (r *reader) Committed(positions map[string]int64) error {
	if !r.aside {
		r.mirror.offer(positions)
	}
	return nil
}

// Close stops fetching and sends the last positions to the consumer group, if a broker takes them soon.
func (r *reader) Close() error {
	r.stop()
	r.background.Wait()
	r.client.Close()
	return nil
}
