package pipelinetest

import (
	"context"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/weirdb/weir/connectors"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/metadata"
	"github.com/weirdb/weir/engine/types"
)

// firstPartition is the one that a source has if a test names none.
const firstPartition = "0"

// memoryConnector is for sources that a test defines itself, and that need no other name.
var memoryConnector = engine.Connector{
	Name: "memory", Doc: "Events that a test inserts.", Formats: []string{"json"}, Source: func(engine.SourceConfig) (engine.Source, error) { return nil, nil },
}

// replaced are all connectors, with their names, options and formats, but with logs for sources, and nothing for sinks.
func replaced(logs func(source string) *log) []engine.Connector {
	out := append(slices.Clone(connectors.All), memoryConnector)
	for i := range out {
		if out[i].Source != nil {
			out[i].Source = func(c engine.SourceConfig) (engine.Source, error) { return logs(c.Name), nil }
		}
		if out[i].Sink != nil {
			out[i].Sink = func(engine.SinkConfig) (engine.Sink, error) { return nowhere{}, nil }
		}
	}
	return out
}

// nowhere is a sink that takes everything and keeps nothing.
type nowhere struct{}

// Deliver implements engine.Sink.
func (nowhere) Deliver(context.Context, engine.Delivery) error { return nil }

// Close implements engine.Sink.
func (nowhere) Close() error { return nil }

// log is a source in memory. A test gives it steps, one poll each, and knows by the positions when the engine has processed them:
// every step moves the positions of the partitions that it is about.
type log struct {
	name       string
	partitions []string         // all that the test names: they are there from the start, as a topic's are
	next       map[string]int64 // the position behind the last step
	idle       map[string]bool  // partitions that no watermark waits for
	closedAt   int              // place of the CLOSE in the text; -1 before
	steps      chan step
	opened     chan struct{}
	columns    []types.Field // that the engine asked for, once opened
}

// step is what one poll returns.
type step struct {
	fetches []engine.Fetch
	idle    map[string]bool // from here on
	end     bool
}

func newLog(name string) *log {
	return &log{name: name, next: map[string]int64{}, idle: map[string]bool{}, closedAt: -1, steps: make(chan step), opened: make(chan struct{})}
}

func (l *log) know(partition string) {
	if !slices.Contains(l.partitions, partition) {
		l.partitions = append(l.partitions, partition)
	}
}

// Open implements engine.Source.
func (l *log) Open(_ context.Context, o engine.ReadOptions) (engine.Reader, error) {
	l.columns = slices.Concat(o.Columns, messageColumns(o.Metadata))
	close(l.opened)
	return &logReader{log: l}, nil
}

// messageColumns are the columns of metadata that an INSERT may give: what a message would say. Where an event lies, its log knows.
func messageColumns(own []types.Field) []types.Field {
	return slices.DeleteFunc(slices.Clone(own), func(f types.Field) bool { return !metadata.Messages([]types.Field{f}) })
}

// Seek implements engine.Seeker: all that a test inserts comes after any time.
func (l *log) Seek(context.Context, time.Time) (map[string]int64, error) {
	starts := map[string]int64{}
	for _, p := range l.partitions {
		starts[p] = 0
	}
	return starts, nil
}

// logReader reads a log for the engine.
type logReader struct {
	log  *log
	told bool // that there is nothing yet
	idle map[string]bool
}

// Partitions implements engine.Reader. An idle partition is one that the reader does not have: no watermark waits for it.
func (r *logReader) Partitions() []string {
	return slices.DeleteFunc(slices.Clone(r.log.partitions), func(p string) bool { return r.idle[p] })
}

// Poll implements engine.Reader. The first says that nothing waits in any partition, as a broker does.
func (r *logReader) Poll(ctx context.Context) ([]engine.Fetch, error) {
	if !r.told {
		r.told = true
		var out []engine.Fetch
		for _, p := range r.log.partitions {
			out = append(out, engine.Fetch{Partition: p})
		}
		return out, nil
	}
	select {
	case s := <-r.log.steps:
		r.idle = maps.Clone(s.idle)
		if s.end { // one poll tells all of it, so that the engine takes it in at once
			return s.fetches, io.EOF
		}
		return s.fetches, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Committed implements engine.Reader.
func (r *logReader) Committed(map[string]int64) error { return nil }

// Close implements engine.Reader.
func (r *logReader) Close() error { return nil }
