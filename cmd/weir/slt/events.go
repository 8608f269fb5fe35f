package slt

import (
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"

	"github.com/weirdb/weir/engine"
)

// feed gives the events of a file's sources to Weir: the connector 'events'.
type feed struct {
	rand     *rand.Rand
	batch    int // records a poll, for each partition, at most
	sources  map[string]map[string][]engine.Record
	order    []turn       // if not nil, exactly one event a poll, in this order
	shuffled map[turn]int // how many events of a partition have their final place
	live     *live        // if not nil, no partition ends
}

// turn is the next event of a partition of a source.
type turn struct{ source, partition string }

// connector declares the feed under the name 'events'.
func (f *feed) connector() engine.Connector {
	return engine.Connector{
		Name: "events", Doc: "Events that stand in a test file.", AnyTime: true, Holds: true, Formats: []string{"json"},
		Source: func(c engine.SourceConfig) (engine.Source, error) { return feedSource{f, c.Name}, nil },
	}
}

type feedSource struct {
	feed *feed
	name string
}

// Open implements engine.Source.
func (s feedSource) Open(_ context.Context, o engine.ReadOptions) (engine.Reader, error) {
	r := &feedReader{feed: s.feed, source: s.name, start: map[string]int{}, next: map[string]int{}}
	r.names = s.feed.partitions(s.name)
	for _, name := range r.names {
		r.start[name], r.next[name] = int(o.From[name]), int(o.From[name])
	}
	return r, nil
}

// partitions are the names of a source's partitions, sorted.
func (f *feed) partitions(source string) []string {
	return slices.Sorted(maps.Keys(f.sources[source]))
}

type feedReader struct {
	feed   *feed
	source string
	names  []string
	start  map[string]int   // where it was opened
	safe   map[string]int64 // up to where events are committed
	next   map[string]int
	ended  bool

	mu   sync.Mutex // guards held
	held []string
}

// Hold implements engine.AlignedReader. In order, nothing is held: the order is the test's.
func (r *feedReader) Hold(partitions []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.held = partitions
}

func (r *feedReader) holds(name string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Contains(r.held, name)
}

// Partitions implements engine.Reader.
func (r *feedReader) Partitions() []string { return r.names }

// Committed implements engine.Reader.
func (r *feedReader) Committed(positions map[string]int64) error {
	r.safe = positions
	if r.feed.live != nil {
		r.feed.live.committed(r.feed, r.source, positions)
	}
	return nil
}

// Close implements engine.Reader.
func (r *feedReader) Close() error { return nil }

// Poll implements engine.Reader.
func (r *feedReader) Poll(ctx context.Context) ([]engine.Fetch, error) {
	if r.ended {
		return nil, io.EOF
	}
	if r.feed.live != nil && r.exhausted() {
		return nil, idle(ctx)
	}
	if r.feed.order != nil {
		if r.uncommitted() {
			return nil, idle(ctx)
		}
		return r.pollInOrder()
	}
	var out []engine.Fetch
	left := 0
	for _, name := range r.names {
		n := 1 + r.feed.rand.IntN(r.feed.batch)
		if !r.holds(name) {
			out = append(out, r.take(name, n))
		}
		left += len(r.records(name)) - r.next[name]
	}
	r.ended = left == 0 && r.feed.live == nil
	if len(out) == 0 {
		return nil, idle(ctx)
	}
	return out, nil
}

// uncommitted reports whether an event is on its way. In order, the next one waits for it, so that the watermark that follows
// from an event stands before the next is looked at.
func (r *feedReader) uncommitted() bool {
	for name, next := range r.next {
		if next > r.start[name] && r.safe[name] < int64(next) {
			return true
		}
	}
	return false
}

// pollInOrder gives the next event of the file that belongs to this source. Ends are told at the very end only, so that a
// partition holds the watermark as a live one does.
func (r *feedReader) pollInOrder() ([]engine.Fetch, error) {
	seen := map[string]int{}
	for _, t := range r.feed.order {
		if t.source != r.source {
			continue
		}
		seen[t.partition]++
		if seen[t.partition] > r.next[t.partition] {
			f := r.take(t.partition, 1)
			f.End = false
			return []engine.Fetch{f}, nil
		}
	}
	r.ended = true
	var out []engine.Fetch
	for _, name := range r.names {
		out = append(out, engine.Fetch{Partition: name, Next: int64(r.next[name]), End: true})
	}
	return out, nil
}

func (r *feedReader) records(partition string) []engine.Record {
	return r.feed.sources[r.source][partition]
}

func (r *feedReader) take(partition string, n int) engine.Fetch {
	all := r.records(partition)
	from := r.next[partition]
	to := min(from+n, len(all))
	r.next[partition] = to
	return engine.Fetch{
		Partition: partition, Records: all[from:to], Next: int64(to),
		Waiting: int64(len(all) - to), End: to == len(all) && r.feed.live == nil,
	}
}

// add appends the events of a block.
func (f *feed) add(b Block) {
	if f.sources[b.Source] == nil {
		f.sources[b.Source] = map[string][]engine.Record{}
	}
	for _, line := range strings.Split(b.Text, "\n") {
		records := f.sources[b.Source][b.Partition]
		records = append(records, engine.Record{Offset: int64(len(records)), Value: []byte(line)})
		f.sources[b.Source][b.Partition] = records
		if f.order != nil {
			f.order = append(f.order, turn{b.Source, b.Partition})
		}
	}
}

// reorder shuffles a partition's events as far as a watermark delay allows: an event may come after others that are less than
// the delay later. times are the events' times in microseconds; an event without one keeps company with the one before.
//
//	time    10:00 ──────────── 10:04 delay
//	event   ●─ ─ ─ ─►●         sorted by time plus a random part of the delay
func (f *feed) reorder(source, partition string, times []int64, delay int64) error {
	here := turn{source, partition}
	records := f.sources[source][partition][f.shuffled[here]:]
	times = times[min(f.shuffled[here], len(times)):]
	if len(times) != len(records) {
		return fmt.Errorf("source %s: %d event times for %d events", source, len(times), len(records))
	}
	keys := make(map[int64]int64, len(records))
	for i, t := range times {
		keys[records[i].Offset] = t
		if delay > 0 {
			keys[records[i].Offset] += f.rand.Int64N(delay)
		}
	}
	slices.SortStableFunc(records, func(a, b engine.Record) int {
		return int(max(-1, min(1, keys[a.Offset]-keys[b.Offset])))
	})
	for i := range records {
		records[i].Offset = int64(f.shuffled[here] + i)
	}
	f.shuffled[here] += len(records)
	return nil
}
