package runtime

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weirdb/weir/engine"
)

// fakeTracer keeps spans that have ended, with the numbers of their parents.
type fakeTracer struct {
	mu    sync.Mutex
	last  int
	ended []*fakeSpan
}

type fakeSpan struct {
	engine.SpanStart
	of         *fakeTracer
	id, parent int
	err        error
}

// spanKey finds the span in a context.
type spanKey struct{}

func (t *fakeTracer) Start(ctx context.Context, o engine.SpanStart) (context.Context, engine.Span) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last++
	s := &fakeSpan{SpanStart: o, of: t, id: t.last}
	if parent, ok := ctx.Value(spanKey{}).(*fakeSpan); ok && !o.Root {
		s.parent = parent.id
	}
	return context.WithValue(ctx, spanKey{}, s), s
}

func (s *fakeSpan) Context() engine.TraceContext { return engine.TraceContext(fmt.Sprint(s.id)) }

func (s *fakeSpan) End(_ time.Time, err error, attributes ...slog.Attr) {
	s.of.mu.Lock()
	defer s.of.mu.Unlock()
	s.err, s.Attributes = err, append(s.Attributes, attributes...)
	s.of.ended = append(s.of.ended, s)
}

func (t *fakeTracer) named(name string) (out []*fakeSpan) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.ended {
		if s.Name == name {
			out = append(out, s)
		}
	}
	return out
}

// value is an attribute's; -1 if it is not there.
func (s *fakeSpan) value(name string) int64 {
	for _, a := range s.Attributes {
		if a.Key == name {
			return a.Value.Int64()
		}
	}
	return -1
}

// spanLog names the span that a line was logged in.
type spanLog struct{ slog.Handler }

func (l spanLog) Handle(ctx context.Context, r slog.Record) error {
	if s, ok := ctx.Value(spanKey{}).(*fakeSpan); ok {
		r.AddAttrs(slog.String("in", s.Name))
	}
	return l.Handler.Handle(ctx, r)
}

// Every epoch that is committed has its phases, its commit and its deliveries below it, and what they count adds up.
func TestEpochsAddUp(t *testing.T) {
	source := &fakeSource{partitions: map[string][]event{"0": {{1, 1}, {2, 2}, {3, 3}, {1, 4}, {2, 5}, {3, 6}}}, step: 2}
	store, tracer := newFakeStore(), &fakeTracer{}
	store.sinks = map[string]string{"a": "out"}
	c := config(store, source, 2, countQuery("a"))
	c.EpochRows, c.Tracer, c.Sinks = 1, tracer, []Sink{{Name: "out", View: "a", Sink: &fakeSink{}}}
	if _, err := run(t, c); err != nil {
		t.Fatal(err)
	}
	epochs, records := tracer.named("epoch"), int64(0)
	if int64(len(epochs)) != store.cp.Epoch || len(epochs) < 2 {
		t.Fatalf("%d spans of %d epochs", len(epochs), store.cp.Epoch)
	}
	for i, s := range epochs {
		if s.value("weir.epoch") != int64(i+1) || s.parent != 0 {
			t.Errorf("span %d is of epoch %d, below %d", i, s.value("weir.epoch"), s.parent)
		}
		records += s.value("weir.records")
		for _, name := range []string{"gather", "decode", "stages", "await", "flush", "state", "commit"} {
			if !slices.ContainsFunc(tracer.named(name), func(p *fakeSpan) bool { return p.parent == s.id }) {
				t.Errorf("epoch %d has no %s", i+1, name)
			}
		}
	}
	if records != 6 {
		t.Errorf("the epochs have %d records, want 6", records)
	}
	for _, s := range tracer.named("deliver out") {
		if of := epochs[s.value("weir.epoch")-1]; s.parent != of.id {
			t.Errorf("the delivery of epoch %d is below span %d, want %d", s.value("weir.epoch"), s.parent, of.id)
		}
	}
	if restored := tracer.named("restore a"); len(restored) != 1 || restored[0].parent != tracer.named("start")[0].id {
		t.Errorf("restored: %v", restored)
	}
}

// What fails fails its span, and its line in the log is within it. Epochs in which nothing happens have none.
func TestFailuresInSpans(t *testing.T) {
	retryAtOnce(t)
	source := &fakeSource{partitions: map[string][]event{"0": {{1, 1}}}, step: 1, live: true}
	store, tracer, sink := newFakeStore(), &fakeTracer{}, &fakeSink{fail: 1}
	store.fail, store.sinks = 1, map[string]string{"a": "out"}
	var out bytes.Buffer
	c := config(store, source, 1, countQuery("a"))
	c.Bounded, c.Tracer, c.Sinks, c.Log = false, tracer, []Sink{{Name: "out", View: "a", Sink: sink}}, slog.New(spanLog{slog.NewTextHandler(&out, nil)})
	e, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- e.Run(ctx) }()
	for len(tracer.named("deliver out")) < 2 { // the second a pause later, in which epochs without events pass
		time.Sleep(time.Millisecond)
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	deliveries, commits := tracer.named("deliver out"), tracer.named("commit")
	if deliveries[0].err == nil || deliveries[1].err != nil || deliveries[0].value("weir.epoch") != 1 || deliveries[1].value("weir.epoch") != 1 {
		t.Errorf("deliveries %v, %v", deliveries[0], deliveries[1])
	}
	if int64(len(commits)) != store.cp.Epoch || commits[0].err != nil {
		t.Errorf("%d commits of %d epochs, the first with error %v", len(commits), store.cp.Epoch, commits[0].err)
	}
	for line, in := range map[string]string{"commit failed, will retry": "in=commit", "sink failed, will retry": `in="deliver out"`} {
		if !slices.ContainsFunc(strings.Split(out.String(), "\n"), func(l string) bool { return strings.Contains(l, line) && strings.Contains(l, in) }) {
			t.Errorf("%q is not logged with %s:\n%s", line, in, out.String())
		}
	}
}

// A query links to so many traces, each once; records without one, or of one that is not kept, count for nothing.
func TestTracesInRecords(t *testing.T) {
	recordOf := func(i int, flags string) engine.Record {
		parent := fmt.Sprintf("00-%032x-%016x-%s", i, i, flags)
		return engine.Record{Meta: &engine.Meta{Headers: []engine.Header{{Name: engine.TraceparentHeader, Value: []byte(parent)}}}}
	}
	few := []engine.Record{{}, {Meta: &engine.Meta{}}, recordOf(1, "01"), recordOf(2, "00"), recordOf(1, "01"), recordOf(3, "01")}
	found := tracesIn(few)
	if len(found) != 2 {
		t.Errorf("found %v", found)
	}
	var many []engine.Record
	for i := range 100 {
		many = append(many, recordOf(i+1, "01"))
	}
	q := &query{}
	q.link(found)
	q.link(tracesIn(many))
	if len(q.links) != engine.MostLinks || q.links[0] != found[0] {
		t.Errorf("%d links", len(q.links))
	}
}
