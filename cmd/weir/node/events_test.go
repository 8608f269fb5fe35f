package node

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/weirdb/weir/engine"
)

// events is a system for tests: a log of JSON lines in one partition, and a place to write to that may be down. A live log waits
// for more at its end.
type events struct {
	mu        sync.Mutex
	lines     []string
	live      bool
	down      bool // the sink cannot be opened
	delivered chan engine.Delivery
	more      chan string // lines that come later, to a live log; nil if none do
}

func (e *events) connector() engine.Connector {
	return engine.Connector{
		Name: "events", Formats: []string{"json"},
		Source: func(engine.SourceConfig) (engine.Source, error) { return e, nil },
		Sink:   func(engine.SinkConfig) (engine.Sink, error) { return e.sink() },
	}
}

func (e *events) sink() (engine.Sink, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.down {
		return nil, errors.New("nobody answers")
	}
	return eventsSink{e}, nil
}

// Open implements engine.Source.
func (e *events) Open(_ context.Context, o engine.ReadOptions) (engine.Reader, error) {
	return &eventsReader{events: e, next: int(o.From["0"])}, nil
}

type eventsReader struct {
	events *events
	next   int
	ended  bool
}

func (r *eventsReader) Partitions() []string             { return []string{"0"} }
func (r *eventsReader) Committed(map[string]int64) error { return nil }
func (r *eventsReader) Close() error                     { return nil }

func (r *eventsReader) Poll(ctx context.Context) ([]engine.Fetch, error) {
	r.events.mu.Lock()
	defer r.events.mu.Unlock()
	if r.ended && r.events.live {
		r.events.mu.Unlock()
		defer r.events.mu.Lock()
		select {
		case line := <-r.events.more:
			r.next++
			return []engine.Fetch{{Partition: "0", Next: int64(r.next), Records: []engine.Record{{Offset: int64(r.next - 1), Value: []byte(line)}}}}, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if r.ended {
		return nil, io.EOF
	}
	f := engine.Fetch{Partition: "0", Next: int64(len(r.events.lines)), End: !r.events.live}
	for i := r.next; i < len(r.events.lines); i++ {
		f.Records = append(f.Records, engine.Record{Offset: int64(i), Value: []byte(r.events.lines[i])})
	}
	r.next, r.ended = len(r.events.lines), true
	return []engine.Fetch{f}, nil
}

type eventsSink struct{ events *events }

func (s eventsSink) Deliver(_ context.Context, d engine.Delivery) error {
	s.events.delivered <- d
	return nil
}

func (s eventsSink) Close() error { return nil }
