package runtime

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/weirdb/weir/engine"
)

func config(store *fakeStore, source *fakeSource, workers int, queries ...engine.Query) Config {
	return Config{
		Store: store, Outbox: store, Workers: workers, Bounded: true, Queries: queries,
		Sources: []Source{{Name: "s", Source: source, Columns: eventColumns, EventTime: 1, Delay: 10 * time.Microsecond}},
	}
}

func run(t *testing.T, c Config) (*Engine, error) {
	t.Helper()
	e, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return e, e.Run(t.Context())
}

func randomEvents(r *rand.Rand, partitions, n int) (*fakeSource, map[string]int) {
	s := &fakeSource{partitions: map[string][]event{}, step: 1 + r.IntN(5)}
	counts := map[int64]int{}
	for p := range partitions {
		name := fmt.Sprint(p)
		s.partitions[name] = nil
		for i := range r.IntN(n) {
			key := int64(r.IntN(7))
			s.partitions[name] = append(s.partitions[name], event{key, engine.Time(i)})
			counts[key]++
		}
	}
	want := map[string]int{}
	for key, n := range counts {
		want[fmt.Sprintf("%d %d ", key, n)] = 1
	}
	return s, want
}

// TestCrashesAndWorkers cuts runs off before random commits, goes on with another number of workers, and wants the counts of an
// undisturbed run.
func TestCrashesAndWorkers(t *testing.T) {
	retryAtOnce(t)
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 0))
		source, want := randomEvents(r, 1+r.IntN(4), 60)
		store := newFakeStore()
		for {
			store.crashAt = store.cp.Epoch + 1 + int64(r.IntN(8))
			c := config(store, source, 1+r.IntN(4), countQuery("a"), countQuery("b"))
			c.EpochRows = 1 + r.IntN(10)
			e, err := New(c)
			if err != nil {
				t.Fatal(err)
			}
			if err = e.Run(t.Context()); err == nil {
				break
			}
			if !errors.Is(err, errCrash) {
				t.Fatalf("seed %d: %v", seed, err)
			}
		}
		for _, view := range []string{"a", "b"} {
			if diff := cmp.Diff(want, store.tables[view], cmp.Transformer("nil", emptyIfNil)); diff != "" {
				t.Fatalf("seed %d: view %s: %s", seed, view, diff)
			}
		}
	}
}

func retryAtOnce(t *testing.T) {
	saved := commitRetries
	commitRetries = []time.Duration{0, 0}
	t.Cleanup(func() { commitRetries = saved })
}

func emptyIfNil(m map[string]int) []string {
	keys := sortedKeys(m)
	for i, k := range keys {
		keys[i] = fmt.Sprint(k, m[k])
	}
	return keys
}

func TestFailingQueryStopsAlone(t *testing.T) {
	for _, bad := range []int64{-1, -2} {
		source := &fakeSource{partitions: map[string][]event{"0": {{1, 1}, {2, 2}, {bad, 3}, {1, 4}}}, step: 1}
		store := newFakeStore()
		fine := countQuery("fine")
		fine.Stages[0].New = func(engine.Shard) ([]engine.Operator, error) { return nil, nil }
		fine.Output = eventColumns
		e, err := run(t, config(store, source, 2, countQuery("bad"), fine))
		if err == nil || !strings.Contains(err.Error(), "negative") {
			t.Errorf("key %d: error %v", bad, err)
		}
		if got := len(store.tables["fine"]); got != 4 {
			t.Errorf("key %d: the other query has %d rows, want 4", bad, got)
		}
		if s := e.Status().Queries[0]; s.State != "failed" || s.Error == "" {
			t.Errorf("key %d: status %+v", bad, s)
		}
	}
}

func TestWatermarkIsTheMinimum(t *testing.T) {
	source := &fakeSource{partitions: map[string][]event{"0": {{1, 1000}, {1, 2000}}, "1": {{1, 1500}}}, step: 10, live: true}
	now := time.Unix(0, 0)
	c := config(newFakeStore(), source, 1, countQuery("a"))
	c.Bounded, c.Now = false, func() time.Time { return now }
	c.Sources[0].IdleTimeout = time.Minute
	e, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := openAll(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	defer e.close()
	q := e.queries[0]
	step := func() { fetches, _ := e.gather(t.Context()); e.round(fetches) }
	for q.rowsIn < 3 {
		step()
	}
	if q.watermark() != 1490 {
		t.Errorf("watermark %d, want the lower partition's 1490", q.watermark())
	}
	now = now.Add(2 * time.Minute)
	source.add("0", event{1, 3000})
	for q.rowsIn < 4 {
		step()
	}
	if q.watermark() != 2990 {
		t.Errorf("watermark %d, want 2990 without the idle partition", q.watermark())
	}
	source.add("1", event{1, 1600})
	for q.rowsIn < 5 {
		step()
	}
	if q.watermark() != 2990 {
		t.Errorf("watermark %d went back", q.watermark())
	}
}

// TestAllIdle: when every partition is quiet, the one that was heard last goes on counting, as it did while it was the only active one.
func TestAllIdle(t *testing.T) {
	source := &fakeSource{partitions: map[string][]event{"0": {{1, 1000}}, "1": nil, "2": nil}, step: 10, live: true}
	now := time.Unix(0, 0)
	c := config(newFakeStore(), source, 1, countQuery("a"))
	c.Bounded, c.Now = false, func() time.Time { return now }
	c.Sources[0].IdleTimeout = time.Minute
	e, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := openAll(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	defer e.close()
	q := e.queries[0]
	step := func() { fetches, _ := e.gather(t.Context()); e.round(fetches) }
	for q.rowsIn < 1 {
		step()
	}
	now = now.Add(time.Second)
	source.add("1", event{1, 5000})
	for q.rowsIn < 2 {
		step()
	}
	if q.watermark() != engine.MinTime {
		t.Errorf("watermark %d, want none: partition 2 has not been heard", q.watermark())
	}
	for _, p := range e.sources[0].positions {
		p.quiet = true // the broker says so
	}
	now = now.Add(2 * time.Minute)
	step()
	if q.watermark() != 4990 {
		t.Errorf("watermark %d, want 4990, of the partition that was heard last", q.watermark())
	}
}

func TestNewQueryReadsFromTheBeginning(t *testing.T) {
	source, want := randomEvents(rand.New(rand.NewPCG(5, 5)), 3, 50)
	store := newFakeStore()
	if _, err := run(t, config(store, source, 2, countQuery("old"))); err != nil {
		t.Fatal(err)
	}
	e, err := run(t, config(store, source, 1, countQuery("old"), countQuery("new")))
	if err != nil {
		t.Fatal(err)
	}
	if n := e.Status().Queries[0].RowsIn; n != 0 {
		t.Errorf("the old query has read %d rows again", n)
	}
	for _, view := range []string{"old", "new"} {
		if diff := cmp.Diff(want, store.tables[view]); diff != "" {
			t.Errorf("view %s: %s", view, diff)
		}
	}
}

func TestCommitIsRetried(t *testing.T) {
	retryAtOnce(t)
	source, want := randomEvents(rand.New(rand.NewPCG(6, 6)), 2, 50)
	store := newFakeStore()
	store.fail = 2
	if _, err := run(t, config(store, source, 2, countQuery("a"))); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, store.tables["a"]); diff != "" {
		t.Error(diff)
	}
	store = newFakeStore()
	store.fail = 3
	if _, err := run(t, config(store, source, 2, countQuery("a"))); err == nil || !strings.Contains(err.Error(), "disk is full") {
		t.Errorf("error %v, want the store's", err)
	}
}

func TestSinksGetEveryEpochInOrder(t *testing.T) {
	source, _ := randomEvents(rand.New(rand.NewPCG(7, 7)), 3, 80)
	store := newFakeStore()
	store.sinks = map[string]string{"a": "out"}
	sink := &fakeSink{}
	c := config(store, source, 2, countQuery("a"))
	c.EpochRows, c.Sinks = 5, []Sink{{Name: "out", View: "a", Sink: sink}}
	if _, err := run(t, c); err != nil {
		t.Fatal(err)
	}
	if len(sink.epochs) < 2 || !slices.IsSorted(sink.epochs) || len(slices.Compact(sink.epochs)) != len(sink.epochs) {
		t.Errorf("epochs %v", sink.epochs)
	}
	if n := len(store.outbox["out"]); n != 0 {
		t.Errorf("%d deliveries are left", n)
	}
}

func TestLiveReaders(t *testing.T) {
	source := &fakeSource{partitions: map[string][]event{"0": nil}, step: 1, live: true}
	c := config(newFakeStore(), source, 1, countQuery("a"))
	c.Bounded = false
	e, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	s, err := e.Subscribe(engine.Following{View: "a", After: engine.FromNow})
	if err != nil {
		t.Fatal(err)
	}
	changes, cancel := s.Changes, s.Cancel
	if _, err := e.Subscribe(engine.Following{View: "nosuch", After: engine.FromNow}); err == nil {
		t.Error("no error for a view that is not there")
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- e.Run(ctx) }()
	source.add("0", event{1, 1})
	if got := <-changes; got.Gap || got.Batches[0].Rows.NumRows() != 1 {
		t.Errorf("got %+v", got)
	}
	for i := range subscriberBuffer + 2 { // nobody reads
		source.add("0", event{1, engine.Time(i)})
		for want := int64(i + 2); e.Status().Queries[0].RowsIn < want; {
			time.Sleep(time.Millisecond)
		}
		for epoch := e.Status().Epoch; e.Status().Epoch == epoch && e.Status().Queries[0].RowsOut < int64(2*i+3); {
			time.Sleep(time.Millisecond)
		}
	}
	for range subscriberBuffer {
		<-changes
	}
	source.add("0", event{1, 1000})
	if got := <-changes; !got.Gap {
		t.Error("the reader was too slow and was not told")
	}
	cancel()
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}
