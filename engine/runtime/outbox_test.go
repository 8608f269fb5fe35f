package runtime

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weirdb/weir/engine"
)

// downSink takes nothing while it is down.
type downSink struct {
	mu    sync.Mutex
	down  bool
	tried int
	took  []int64 // epochs
}

func (s *downSink) Deliver(_ context.Context, d engine.Delivery) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tried++
	if s.down {
		return errors.New("broker is gone")
	}
	s.took = append(s.took, d.Epoch)
	return nil
}

func (s *downSink) Close() error { return nil }

func (s *downSink) set(down bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = down
}

// boundedOutbox is over two queries on one source, of which b has a sink that may have four epochs waiting.
func boundedOutbox(store *fakeStore, source *fakeSource, sink engine.Sink) Config {
	c := config(store, source, 2, countQuery("a"), countQuery("b"))
	store.sinks = map[string]string{"b": "out"}
	c.Sinks = []Sink{{Name: "out", View: "b", Sink: sink, MaxOutbox: 4}}
	return c
}

// reaches waits until a condition on the status holds.
func reaches(t *testing.T, e *Engine, what string, holds func(engine.Status) bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !holds(e.Status()); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not reached: %+v", what, e.Status())
		}
	}
}

// queryIs says that a query is in a state.
func queryIs(at int, state string) func(engine.Status) bool {
	return func(s engine.Status) bool { return len(s.Queries) > at && s.Queries[at].State == state }
}

func many(n int, from engine.Time) (out []event) {
	for i := range n {
		out = append(out, event{int64(i % 7), from + engine.Time(i)})
	}
	return out
}

// TestFullOutboxHoldsItsViewAlone: the view of a sink that is down stands still after so many epochs, the other one on the same source goes on,
// and what the first has still to read is not acknowledged. A restart finds it so. Once the sink has taken what waits, an engine in which it goes
// on is asked for, and both tables become equal.
func TestFullOutboxHoldsItsViewAlone(t *testing.T) {
	source := &fakeSource{partitions: map[string][]event{"0": many(50, 1)}, step: 1, live: true}
	store, sink := newFakeStore(), &downSink{down: true}
	relieved := make(chan struct{}, 1)
	start := func(old *Engine) (e *Engine, stop func()) {
		c := boundedOutbox(store, source, sink)
		c.Bounded, c.Relieved = false, func() { relieved <- struct{}{} }
		begin := New
		if old != nil {
			begin = old.Successor
		}
		e, err := begin(c)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- e.Run(ctx) }()
		return e, func() {
			e.HandOver()
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	}

	e, stop := start(nil)
	reaches(t, e, "b stands still", queryIs(1, Backpressured))
	reaches(t, e, "a reads all", readIn(0, 50))
	s := e.Status()
	if k := s.Sinks[0]; k.Pending < 5 || k.Pending > 6 || k.PendingBytes != k.Pending || s.Queries[1].Backpressure != "out" {
		t.Errorf("sink %+v, query %+v: want 5 epochs waiting, or 6", k, s.Queries[1])
	}
	if s.Sources[0].State != "running" {
		t.Errorf("the source is %s, and a reads it", s.Sources[0].State)
	}
	stop()
	stands := store.position("b")
	if got := e.sources[0].reader.(*fakeReader).committed["0"]; got > stands {
		t.Errorf("position %d is acknowledged, and b stands at %d", got, stands)
	}

	e, stop = start(nil) // as after a crash
	source.add("0", many(10, 60)...)
	reaches(t, e, "a reads the rest", readIn(0, 10))
	if !queryIs(1, Backpressured)(e.Status()) || store.position("b") != stands {
		t.Errorf("after a restart b is %s at %d", e.Status().Queries[1].State, store.position("b"))
	}
	sink.set(false)
	<-relieved
	stop()

	e, stop = start(e)
	deadline := time.After(30 * time.Second)
	for store.position("b") != 60 {
		select {
		case <-relieved: // b was faster than the sink, and stood still once more
			stop()
			e, stop = start(e)
		case <-time.After(time.Millisecond):
		case <-deadline:
			t.Fatalf("b is at %d, want 60: %+v", store.position("b"), e.Status())
		}
	}
	stop()
	if !maps.Equal(store.tables["a"], store.tables["b"]) {
		t.Errorf("tables %v differ, but both have read all", store.tables)
	}
}

// position is where a query stands in partition 0.
func (s *fakeStore) position(query string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.cp.Positions {
		if p.Query == query {
			return p.Next
		}
	}
	return 0
}

// TestFullOutboxOfABoundedRun: where the sink is slow the run waits for it, and ends as any; where it is down the view stands still, the other
// goes to the end, and the error says so; the next run delivers first, and goes on.
func TestFullOutboxOfABoundedRun(t *testing.T) {
	source := &fakeSource{partitions: map[string][]event{"0": many(30, 1)}, step: 1}
	store, sink := newFakeStore(), &downSink{}
	if _, err := run(t, boundedOutbox(store, source, sink)); err != nil {
		t.Fatal(err)
	}
	if len(store.outbox["out"]) != 0 || len(sink.took) < 10 {
		t.Errorf("%d epochs are left, %d were taken", len(store.outbox["out"]), len(sink.took))
	}

	store, sink = newFakeStore(), &downSink{down: true}
	e, err := run(t, boundedOutbox(store, source, sink))
	if err == nil || !strings.Contains(err.Error(), "broker is gone") || !strings.Contains(err.Error(), "view b stands still before the end of its input") {
		t.Errorf("error %v", err)
	}
	if s := e.Status(); s.Queries[0].State != "ended" || s.Queries[1].State != Backpressured || s.Sinks[0].Pending > 6 {
		t.Errorf("status %+v", s)
	}
	if e, err = run(t, boundedOutbox(store, source, sink)); err == nil || e.Status().Sinks[0].Pending > 6 {
		t.Errorf("again: error %v, %d epochs wait", err, e.Status().Sinks[0].Pending)
	}
	sink.set(false)
	if _, err := run(t, boundedOutbox(store, source, sink)); err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(store.tables["a"], store.tables["b"]) || len(store.outbox["out"]) > 0 {
		t.Errorf("tables %v differ, or %d epochs are left", store.tables, len(store.outbox["out"]))
	}
}

// TestFullOutboxHoldsASource: a source that only a view reads which stands still is not read on.
func TestFullOutboxHoldsASource(t *testing.T) {
	source := &fakeSource{partitions: map[string][]event{"0": many(50, 1)}, step: 1, live: true}
	store := newFakeStore()
	c := boundedOutbox(store, source, &downSink{down: true})
	c.Bounded, c.Queries = false, c.Queries[1:]
	e, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	reaches(t, e, "b stands still", queryIs(0, Backpressured))
	reaches(t, e, "so does the source", func(s engine.Status) bool { return s.Sources[0].State == Backpressured })
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if n := e.Status().Sources[0].Records; n != store.position("b") || n == 50 {
		t.Errorf("%d records are read, and the view stands at %d", n, store.position("b"))
	}
}

// TestSinkThatFailsIsNotHammered: however much is committed while a sink fails, it is tried once after each pause, and the log says so once.
func TestSinkThatFailsIsNotHammered(t *testing.T) {
	var log bytes.Buffer
	source := &fakeSource{partitions: map[string][]event{"0": many(500, 1)}, step: 1, live: true}
	store, sink := newFakeStore(), &downSink{down: true}
	c := boundedOutbox(store, source, sink)
	c.Bounded, c.Sinks[0].MaxOutbox, c.Log = false, 0, slog.New(slog.NewTextHandler(&log, nil))
	e, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	started := time.Now()
	go func() { done <- e.Run(ctx) }()
	reaches(t, e, "all is read", func(s engine.Status) bool { return len(s.Queries) > 0 && s.Queries[0].RowsIn == 500 })
	reaches(t, e, "it is tried again", func(s engine.Status) bool { return s.Sinks[0].Failures > 1 })
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if most := int(time.Since(started)/sinkPause) + 1; sink.tried > most {
		t.Errorf("it was tried %d times, want %d at most", sink.tried, most)
	}
	if n := strings.Count(log.String(), "sink failed"); n != 1 {
		t.Errorf("the log says %d times that it has failed: %s", n, log.String())
	}
}
