package simulation

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/runtime"
)

// reference runs views without any trouble: one worker, one fetch of all events that count, one commit. No row can be late.
func (w *world) reference(views []*view, counts func(event) bool) (map[string]table, error) {
	book := &book{tables: map[string]table{}}
	c := runtime.Config{Store: book, Views: map[string]runtime.ViewInfo{}, Bounded: true, Workers: 1, CommitInterval: time.Hour}
	for _, v := range views {
		q, err := v.build()
		if err != nil {
			return nil, err
		}
		q.Retention = nil
		c.Queries = append(c.Queries, q)
		book.tables[v.name] = table{}
	}
	for _, s := range w.scripts {
		source, err := w.source(s)
		if err != nil {
			return nil, err
		}
		source.MaxFuture, source.MaxAhead, source.IdleTimeout = 0, 0, 0
		source.Source = all{s, counts}
		c.Sources = append(c.Sources, source)
	}
	e, err := runtime.New(c)
	if err != nil {
		return nil, err
	}
	if err := e.Run(context.Background()); err != nil {
		return nil, err
	}
	if book.late > 0 {
		return nil, fmt.Errorf("%d rows are late", book.late)
	}
	return book.tables, nil
}

// all gives all events of a script that count in one poll, and ends with the next, in a later round.
type all struct {
	script *script
	counts func(event) bool
}

// Open implements engine.Source.
func (a all) Open(context.Context, engine.ReadOptions) (engine.Reader, error) {
	return &allReader{all: a, taken: make(chan struct{})}, nil
}

type allReader struct {
	all
	polls int
	taken chan struct{} // closed when the engine has taken in the first poll
}

// Partitions implements engine.Reader.
func (r *allReader) Partitions() (names []string) {
	for _, p := range r.script.partitions {
		names = append(names, p.name)
	}
	return names
}

// Poll implements engine.Reader.
func (r *allReader) Poll(context.Context) (out []engine.Fetch, err error) {
	if r.polls++; r.polls == 2 {
		<-r.taken
		err = io.EOF
	}
	for _, p := range r.script.partitions {
		f := engine.Fetch{Partition: p.name, Next: p.after(len(p.events)), End: r.polls == 2}
		for _, e := range p.events {
			if r.polls == 1 && !e.broken && r.counts(e) {
				f.Records = append(f.Records, engine.Record{Offset: e.offset, Value: e.value})
			}
		}
		out = append(out, f)
	}
	out[0].Done = sync.OnceFunc(func() { close(r.taken) })
	if r.polls == 2 {
		out[0].Done = nil
	}
	return out, err
}

// Committed implements engine.Reader.
func (r *allReader) Committed(map[string]int64) error { return nil }

// Close implements engine.Reader.
func (r *allReader) Close() error { return nil }

// book is a store that keeps tables only.
type book struct {
	tables map[string]table
	late   int
}

// Load implements engine.Store.
func (b *book) Load(context.Context) (engine.Checkpoint, error) { return engine.Checkpoint{}, nil }

// Commit implements engine.Store.
func (b *book) Commit(_ context.Context, c *engine.Commit) error {
	for _, change := range c.Changes {
		b.tables[change.View].add(change.Batches)
	}
	b.late += len(c.Late)
	return nil
}

// CreateState implements engine.Store.
func (b *book) CreateState(string) (engine.StateSink, error) { return noState{}, nil }

// ReadState implements engine.Store.
func (b *book) ReadState(string, string, func(arrow.RecordBatch) error) error { return nil }

// noState forgets what is written.
type noState struct{}

// Write implements engine.StateWriter.
func (noState) Write(string, arrow.RecordBatch) error { return nil }

// Close implements engine.StateSink.
func (noState) Close() error { return nil }
