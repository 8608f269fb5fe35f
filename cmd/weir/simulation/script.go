package simulation

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/weirdb/weir/engine"
)

// script is a source's events, as a broker has them: it outlives the process that reads them.
type script struct {
	name       string
	partitions []*partition
	// acknowledged is up to where the engine has said, by partition, that it will not ask again.
	acknowledged map[string]int64
}

// partition is a partition of a script.
type partition struct {
	source, name string
	events       []event
	arrived      int  // so many of events can be read
	present      bool // it is the reader's
}

// indexOf is the first event at or behind a position.
func (p *partition) indexOf(offset int64) int {
	i, _ := slices.BinarySearchFunc(p.events, offset, func(e event, at int64) int { return int(e.offset - at) })
	return i
}

// after is the position behind the first n events.
func (p *partition) after(n int) int64 {
	if n == 0 {
		return 0
	}
	return p.events[n-1].offset + 1
}

func (s *script) partition(name string) *partition {
	return s.partitions[slices.IndexFunc(s.partitions, func(p *partition) bool { return p.name == name })]
}

// source opens readers of a script for one engine.
type source struct {
	life   *life
	script *script
}

// Open implements engine.Source. Whether and when the source answers, the driver decides.
func (s source) Open(ctx context.Context, o engine.ReadOptions) (engine.Reader, error) {
	switch s.life.gate.pass(ctx, open, s.script.name).verdict {
	case killed:
		return nil, errKilled
	case failBefore, failAfter:
		return nil, errTrouble
	}
	s.life.mu.Lock() // sources are opened side by side
	defer s.life.mu.Unlock()
	r := &reader{source: s, bounded: o.Bounded, next: map[string]int{}}
	for _, p := range s.script.partitions {
		from := o.From[p.name]
		r.next[p.name] = p.indexOf(from)
		if from < s.script.acknowledged[p.name] {
			s.life.world.find("source %s: partition %s is read from %d, and was acknowledged up to %d", s.script.name, p.name, from, s.script.acknowledged[p.name])
		}
	}
	s.life.readers[s.script.name] = r
	return r, nil
}

// reader reads a script for one engine. What a poll gives, the driver decides.
type reader struct {
	source
	bounded  bool
	next     map[string]int // index of the event to read next
	ended    bool
	inFlight atomic.Int64 // fetches that the engine has not taken in

	mu   sync.Mutex // guards held
	held []string
}

// Partitions implements engine.Reader.
func (r *reader) Partitions() []string {
	var names []string
	for _, p := range r.script.partitions {
		if p.present {
			names = append(names, p.name)
		}
	}
	return names
}

// Poll implements engine.Reader.
func (r *reader) Poll(ctx context.Context) ([]engine.Fetch, error) {
	if r.ended {
		return nil, io.EOF
	}
	a := r.life.gate.pass(ctx, poll, r.script.name)
	if a.verdict == killed {
		return nil, errKilled
	}
	return a.poll.fetches, a.poll.err
}

// Hold implements engine.AlignedReader.
func (r *reader) Hold(partitions []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.held = partitions
}

func (r *reader) holds(partition string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Contains(r.held, partition)
}

// Committed implements engine.Reader.
func (r *reader) Committed(positions map[string]int64) error {
	r.life.world.acknowledged(r.script, positions)
	return nil
}

// Close implements engine.Reader.
func (r *reader) Close() error { return nil }

// ready are the partitions of which something can be fetched.
func (r *reader) ready() []*partition {
	var out []*partition
	for _, p := range r.script.partitions {
		if p.present && r.next[p.name] < p.arrived && !r.holds(p.name) {
			out = append(out, p)
		}
	}
	return out
}

// draw decides what a poll gives: some events of some partitions or, where there are none, the word that nothing waits.
func (r *reader) draw(rand *rand.Rand, most int) polled {
	if r.bounded && r.atEnd() {
		return r.end()
	}
	var out polled
	ready := r.ready()
	for i, p := range ready {
		if i > 0 && rand.IntN(3) == 0 {
			continue
		}
		out.fetches = append(out.fetches, r.fetch(rand, p, most))
	}
	if len(ready) > 0 && rand.IntN(4) > 0 {
		return out
	}
	for _, p := range r.quiet() {
		if !slices.Contains(ready, p) {
			out.fetches = append(out.fetches, engine.Fetch{Partition: p.name, Next: p.after(r.next[p.name]), Waiting: r.life.waiting(0), Done: r.track()})
		}
	}
	return out
}

// quiet are the partitions in which nothing waits.
func (r *reader) quiet() []*partition {
	var out []*partition
	for _, p := range r.script.partitions {
		if p.present && r.next[p.name] == p.arrived {
			out = append(out, p)
		}
	}
	return out
}

func (r *reader) atEnd() bool {
	return !slices.ContainsFunc(r.script.partitions, func(p *partition) bool { return r.next[p.name] < len(p.events) })
}

// end ends all partitions at once, in a round of their own, so that the last watermark is that of the slowest.
func (r *reader) end() polled {
	r.ended = true
	out := polled{err: io.EOF}
	for _, p := range r.script.partitions {
		out.fetches = append(out.fetches, engine.Fetch{Partition: p.name, Next: p.after(len(p.events)), End: true, Done: r.track()})
	}
	return out
}

// trouble fails a poll. The fetch that comes with it says when the engine has taken that in.
func (r *reader) trouble() polled {
	p := r.script.partitions[0]
	return polled{fetches: []engine.Fetch{{Partition: p.name, Next: p.after(r.next[p.name]), Waiting: -1, Done: r.track()}}, err: errTrouble}
}

// track counts a fetch until the engine is done with it.
func (r *reader) track() func() {
	r.inFlight.Add(1)
	return func() { r.inFlight.Add(-1) }
}

// fetch takes the next events of a partition. It may begin earlier than was asked for, as a batch of Kafka's does.
func (r *reader) fetch(rand *rand.Rand, p *partition, most int) engine.Fetch {
	from := r.next[p.name]
	to := min(p.arrived, from+1+rand.IntN(most))
	r.next[p.name] = to
	if from > 0 && rand.IntN(10) == 0 {
		from -= 1 + rand.IntN(min(3, from))
		r.life.world.counts.Redelivered++
	}
	records, done := r.records(p.events[from:to])
	f := engine.Fetch{Partition: p.name, Next: p.after(to), Waiting: r.life.waiting(p.arrived - to), Done: done, Records: records}
	if rand.IntN(2) == 0 {
		f.Records, f.Unpack = nil, func(into []engine.Record) ([]engine.Record, []engine.DeadLetter, error) {
			return append(into, records...), nil, nil
		}
	}
	return f
}

// records copies events into memory that is overwritten when the engine says that it needs it no more.
func (r *reader) records(events []event) ([]engine.Record, func()) {
	out := make([]engine.Record, len(events))
	for i, e := range events {
		out[i] = engine.Record{Offset: e.offset, Value: slices.Clone(e.value)}
	}
	track := r.track()
	return out, func() {
		for _, record := range out {
			for i := range record.Value {
				record.Value[i] = '#'
			}
		}
		track()
	}
}

// String tells a poll's outcome for the trace.
func (p polled) String() string {
	text := ""
	for _, f := range p.fetches {
		text += fmt.Sprintf(" %s→%d", f.Partition, f.Next)
		if f.End {
			text += " end"
		}
	}
	return text
}
