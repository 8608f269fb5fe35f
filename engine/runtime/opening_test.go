package runtime

import (
	"context"
	"errors"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weirdb/weir/engine"
)

var errAway = errors.New("no broker answered")

// awaySource is a source that cannot be opened before somebody says so.
type awaySource struct {
	*fakeSource
	opened chan struct{} // gets one for each attempt
	mu     sync.Mutex
	away   error // nil once it is there
	silent chan struct{}
}

func newAway(err error, events ...event) *awaySource {
	return &awaySource{fakeSource: &fakeSource{partitions: map[string][]event{"0": events}, step: 10, live: true}, opened: make(chan struct{}, 1000), away: err}
}

func (s *awaySource) Open(ctx context.Context, o engine.ReadOptions) (engine.Reader, error) {
	s.opened <- struct{}{}
	s.mu.Lock()
	err, silent := s.away, s.silent
	s.mu.Unlock()
	if silent != nil {
		select {
		case <-silent:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if err != nil {
		return nil, err
	}
	return s.fakeSource.Open(ctx, o)
}

func (s *awaySource) comes() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away = nil
}

// askAtOnce has sources that could not be opened be asked again soon.
func askAtOnce(t *testing.T) {
	first, longest := firstPause, longestPause
	firstPause, longestPause = time.Millisecond, 4*time.Millisecond
	t.Cleanup(func() { firstPause, longestPause = first, longest })
}

// countOf counts the rows of several sources.
func countOf(name string, sources ...string) engine.Query {
	q := countQuery(name)
	q.Inputs, q.Stages[0].Edges, q.Results = nil, nil, []int{len(sources)}
	for i, s := range sources {
		q.Inputs = append(q.Inputs, engine.Input{Source: s, Read: eventColumns, EventTime: 1, New: noOperators})
		q.Stages[0].Edges = append(q.Stages[0].Edges, engine.Edge{From: i, Split: splitByKey, EventTime: 1})
	}
	return q
}

// twoSources is over source s, which is there, and t, which may not be.
func twoSources(store *fakeStore, there engine.Source, away engine.Source) Config {
	c := config(store, nil, 1, countOf("a", "s"), countOf("b", "t"), countOf("both", "s", "t"))
	c.Bounded, c.Sources[0].Source = false, there
	c.Sources = append(c.Sources, Source{Name: "t", Source: away, Columns: eventColumns, EventTime: 1, Delay: 10 * time.Microsecond})
	return c
}

// start runs an engine until stop is called, which wants no error.
func start(t *testing.T, c Config) (e *Engine, stop func()) {
	t.Helper()
	e, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	return e, func() {
		t.Helper()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func readIn(query int, rows int64) func(engine.Status) bool {
	return func(s engine.Status) bool { return len(s.Queries) > query && s.Queries[query].RowsIn == rows }
}

func sourceIs(at int, state string) func(engine.Status) bool {
	return func(s engine.Status) bool { return len(s.Sources) > at && s.Sources[at].State == state }
}

// TestSourceThatIsAwayHoldsUpItselfAlone: the views on the other source run, one on both has its watermark stand, and once the source is there it
// goes on as if it had been from the start.
func TestSourceThatIsAwayHoldsUpItselfAlone(t *testing.T) {
	askAtOnce(t)
	store, away := newFakeStore(), newAway(errAway, event{2, 500}, event{2, 600})
	e, stop := start(t, twoSources(store, &fakeSource{partitions: map[string][]event{"0": many(50, 1)}, step: 7, live: true}, away))
	reaches(t, e, "a reads all", readIn(0, 50))
	reaches(t, e, "both reads what is there", readIn(2, 50))
	reaches(t, e, "t is tried again", sourceIs(1, "retrying"))
	for range 5 {
		<-away.opened
	}
	s := e.Status()
	if s.Sources[0].State != "running" || !strings.Contains(s.Sources[1].Error, errAway.Error()) || s.Queries[1].State != "running" {
		t.Errorf("sources %+v, view b %+v", s.Sources, s.Queries[1])
	}
	if got := s.Queries[2].Watermark; got != engine.MinTime {
		t.Errorf("the watermark of the view on both is at %d, and t has not been heard", got)
	}
	reaches(t, e, "a commits", func(engine.Status) bool { return store.position("a") == 50 })
	away.comes()
	reaches(t, e, "t is read", readIn(1, 2))
	reaches(t, e, "the watermark is the lower one", func(s engine.Status) bool { return s.Queries[2].Watermark == 40 })
	if s := e.Status(); s.Sources[1].State != "running" || s.Sources[1].Error != "" {
		t.Errorf("source t %+v", s.Sources[1])
	}
	stop()
	want := map[string]int{}
	maps.Copy(want, store.tables["a"])
	delete(want, "2 7 ")
	want["2 9 "] = 1
	if !maps.Equal(store.tables["both"], want) {
		t.Errorf("the view on both has %v, want %v", store.tables["both"], want)
	}
}

// TestRestartWithoutASource: where it stood, what is committed of it and the watermark stay, and it is read on from there.
func TestRestartWithoutASource(t *testing.T) {
	askAtOnce(t)
	store := newFakeStore()
	there := &fakeSource{partitions: map[string][]event{"0": many(20, 1)}, step: 7, live: true}
	away := newAway(nil, many(10, 1)...)
	e, stop := start(t, twoSources(store, there, away))
	reaches(t, e, "both is read", readIn(2, 30))
	reaches(t, e, "the watermark", func(s engine.Status) bool { return s.Queries[2].Watermark == 0 })
	stop()
	away.away = errAway
	there.add("0", many(20, 100)...)
	away.add("0", event{3, 200})
	e, stop = start(t, twoSources(store, there, away))
	reaches(t, e, "s is read on", readIn(2, 20))
	reaches(t, e, "t is tried again", sourceIs(1, "retrying"))
	if got := e.Status().Queries[2].Watermark; got != 0 {
		t.Errorf("the watermark is at %d, and was left at 0", got)
	}
	stop()
	if got := store.position("b"); got != 10 {
		t.Errorf("b stands at %d, want 10", got)
	}
	away.comes()
	e, stop = start(t, twoSources(store, there, away))
	reaches(t, e, "t is read on", readIn(1, 1))
	reaches(t, e, "by both too", readIn(2, 1))
	stop()
	if got := store.position("b"); got != 11 {
		t.Errorf("b stands at %d, want 11", got)
	}
}

// TestSourcesAreOpenedSideBySide: one that answers late does not keep the other from being asked, in a run that waits for both as well. Where one
// cannot be opened, such a run fails.
func TestSourcesAreOpenedSideBySide(t *testing.T) {
	first, second := newAway(nil, event{1, 1}), newAway(nil, event{2, 2})
	first.live, second.live = false, false
	first.silent = make(chan struct{})
	go func() {
		<-second.opened
		close(first.silent)
	}()
	store := newFakeStore()
	c := twoSources(store, first, second)
	c.Bounded = true
	if _, err := run(t, c); err != nil || len(store.tables["both"]) != 2 {
		t.Errorf("error %v, table %v", err, store.tables["both"])
	}
	second.away = errAway
	c = twoSources(newFakeStore(), first, second)
	c.Bounded = true
	if _, err := run(t, c); !errors.Is(err, errAway) {
		t.Errorf("error %v", err)
	}
}

// TestWhatIsGoneIsNotAskedForAgain: the source has stopped, as one that fails while it is read.
func TestWhatIsGoneIsNotAskedForAgain(t *testing.T) {
	askAtOnce(t)
	away := newAway(engine.ErrGone)
	e, stop := start(t, twoSources(newFakeStore(), &fakeSource{partitions: map[string][]event{"0": many(5, 1)}, step: 7, live: true}, away))
	reaches(t, e, "t has failed", sourceIs(1, "failed"))
	reaches(t, e, "a reads", readIn(0, 5))
	stop()
	if n := len(away.opened); n != 1 {
		t.Errorf("it was tried %d times", n)
	}
}

// TestStopWhileASourceIsSilent: it does not hold up the end.
func TestStopWhileASourceIsSilent(t *testing.T) {
	away := newAway(nil)
	away.silent = make(chan struct{})
	e, stop := start(t, twoSources(newFakeStore(), &fakeSource{partitions: map[string][]event{"0": many(5, 1)}, step: 7, live: true}, away))
	reaches(t, e, "a reads", readIn(0, 5))
	reaches(t, e, "t is not open", sourceIs(1, "opening"))
	stop()
}

// seekingSource knows when its records came.
type seekingSource struct{ *awaySource }

func (s seekingSource) Seek(context.Context, time.Time) (map[string]int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return map[string]int64{"0": 3}, s.away
}

// TestViewBeginsAtATimeOnceItsSourceIsThere: where that is can only be asked then, and is committed with it.
func TestViewBeginsAtATimeOnceItsSourceIsThere(t *testing.T) {
	askAtOnce(t)
	store, away := newFakeStore(), newAway(errAway, many(10, 1)...)
	c := twoSources(store, &fakeSource{partitions: map[string][]event{"0": many(5, 1)}, step: 7, live: true}, seekingSource{away})
	c.Views = map[string]ViewInfo{"b": {From: time.Unix(1, 0)}}
	e, stop := start(t, c)
	reaches(t, e, "a reads", readIn(0, 5))
	reaches(t, e, "t is tried again", sourceIs(1, "retrying"))
	away.comes()
	reaches(t, e, "b reads from there", readIn(1, 7))
	stop()
	c.Sources[0].Source, c.Views["a"], c.Queries = away.fakeSource, ViewInfo{From: time.Unix(1, 0)}, append(c.Queries, countOf("c", "s"))
	c.Views["c"] = ViewInfo{From: time.Unix(1, 0)}
	if e, err := New(c); err != nil || e.Run(t.Context()) == nil {
		t.Errorf("a source that does not know when its records came takes a time: %v", err)
	}
}
