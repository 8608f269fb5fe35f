package runtime

import (
	"context"
	"errors"
	"maps"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/google/go-cmp/cmp"
	"github.com/weirdb/weir/engine"
)

// opened is an engine that reads a live source, between open and the first round.
func opened(t *testing.T, store *fakeStore, source *fakeSource, queries ...engine.Query) *Engine {
	t.Helper()
	source.live = true
	c := config(store, source, 1, queries...)
	c.Bounded = false
	e, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := openAll(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.close() })
	return e
}

// TestUnreadPartitionIsNotCommitted: the source's option decides where a partition starts, not a position of 0.
func TestUnreadPartitionIsNotCommitted(t *testing.T) {
	store := newFakeStore()
	source := &fakeSource{partitions: map[string][]event{"0": {{1, 1}}, "1": nil}, step: 1}
	e := opened(t, store, source, countQuery("a"))
	for e.queries[0].rowsIn < 1 {
		fetches, _ := e.gather(t.Context())
		e.round(fetches)
	}
	if err := errors.Join(e.endEpoch(t.Context()), e.awaitCommit()); err != nil {
		t.Fatal(err)
	}
	for _, p := range store.cp.Positions {
		if p.Partition == "1" {
			t.Errorf("committed %+v, which was never read", p)
		}
	}
	if len(store.cp.Positions) == 0 {
		t.Error("no position was committed")
	}
}

// TestWatermarkWaitsForAllPartitionsFromTheStart: a restart knows the partitions before the first fetch comes.
func TestWatermarkWaitsForAllPartitionsFromTheStart(t *testing.T) {
	store := newFakeStore()
	store.cp = engine.Checkpoint{Epoch: 1, Positions: []engine.Position{
		{Source: "s", Partition: "0", Next: 1, Watermark: engine.MinTime, Reached: engine.MinTime},
		{Query: "a", Source: "s", Partition: "0", Next: 1, Watermark: 990, Reached: engine.MinTime},
	}}
	e := opened(t, store, &fakeSource{partitions: map[string][]event{"0": {{1, 1000}}, "1": nil}, step: 1}, countQuery("a"))
	e.round(nil)
	if got := e.queries[0].watermark(); got != engine.MinTime {
		t.Errorf("watermark %d: partition 1 has had no event yet", got)
	}
}

// TestWatermarkStandsOverARestart: neither a partition that was idle takes it back, nor does a paused source, whose partitions nobody
// knows, move it.
func TestWatermarkStandsOverARestart(t *testing.T) {
	for _, paused := range []bool{false, true} {
		for _, reached := range []engine.Time{engine.MinTime, 500, 990} {
			store := newFakeStore()
			store.cp = engine.Checkpoint{Epoch: 1, Positions: []engine.Position{
				{Source: "s", Partition: "0", Next: 1, Watermark: engine.MinTime, Reached: engine.MinTime},
				{Query: "a", Source: "s", Partition: "0", Next: 1, Watermark: 990, Reached: reached},
			}}
			source := &fakeSource{partitions: map[string][]event{"0": {{1, 1000}}, "1": nil}, step: 1, live: true}
			c := config(store, source, 1, countQuery("a"))
			c.Bounded, c.Sources[0].Paused = false, paused
			e, err := New(c)
			if err == nil {
				err = openAll(t.Context(), e)
			}
			if err != nil {
				t.Fatal(err)
			}
			e.round(nil)
			if got := e.queries[0].watermark(); got != reached {
				t.Errorf("paused %t: watermark %d, was committed as %d", paused, got, reached)
			}
			if err := e.close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestPartitionsGoAndComeBack(t *testing.T) {
	store := newFakeStore()
	e := opened(t, store, &fakeSource{partitions: map[string][]event{"0": {{1, 1000}}, "1": nil}, step: 1}, countQuery("a"))
	q, s := e.queries[0], e.sources[0]
	for q.rowsIn < 1 {
		fetches, _ := e.gather(t.Context())
		e.round(fetches)
	}
	for _, step := range []struct {
		partitions []string
		want       engine.Time
	}{{[]string{"0", "1"}, engine.MinTime}, {[]string{"0"}, 990}, {[]string{"0", "1"}, engine.MinTime}} {
		s.note(polled{partitions: step.partitions}, time.Now())
		if got := s.watermarkOf(q.readings[0], time.Now()); got != step.want {
			t.Errorf("partitions %v: watermark %d, want %d", step.partitions, got, step.want)
		}
	}
}

// TestFailedQueryHoldsAcknowledgement: after a restart the query asks for what follows its last commit.
func TestFailedQueryHoldsAcknowledgement(t *testing.T) {
	source := &fakeSource{partitions: map[string][]event{"0": {{1, 1}, {2, 2}, {-1, 3}, {1, 4}, {1, 5}}}, step: 1}
	store := newFakeStore()
	c := config(store, source, 1, countQuery("bad"))
	c.EpochRows = 1
	e, err := run(t, c)
	if err == nil {
		t.Fatal("no error")
	}
	want := map[string]int64{}
	for _, p := range store.cp.Positions { // the second record may have come in one round with the bad one
		if p.Query == "bad" {
			want[p.Partition] = p.Next
		}
	}
	if want["0"] == 0 || want["0"] > 2 {
		t.Errorf("committed up to %d", want["0"])
	}
	if diff := cmp.Diff(want, e.sources[0].reader.(*fakeReader).committed); diff != "" {
		t.Error(diff)
	}
}

func TestResume(t *testing.T) {
	from, notAfter := resume([]map[string]int64{{"0": 7, "1": 3}, {"0": 5}, {"0": 9, "1": 2}})
	if want := map[string]int64{"0": 5}; !maps.Equal(from, want) {
		t.Errorf("from %v, want %v", from, want)
	}
	if want := map[string]int64{"1": 2}; !maps.Equal(notAfter, want) {
		t.Errorf("not after %v, want %v: the older queries would lose records", notAfter, want)
	}
}

// TestInfinityIsNoTime: one event at 'infinity' must not close every window, and one near the beginning must not wrap around.
func TestInfinityIsNoTime(t *testing.T) {
	for _, at := range []engine.Time{math.MaxInt64, -math.MaxInt64, math.MinInt64 + 3} {
		source := &fakeSource{partitions: map[string][]event{"0": {{1, at}}}, step: 1}
		e := opened(t, newFakeStore(), source, countQuery("a"))
		for e.queries[0].rowsIn < 1 {
			fetches, _ := e.gather(t.Context())
			e.round(fetches)
		}
		if got := e.queries[0].watermark(); got != engine.MinTime {
			t.Errorf("event at %d: watermark %d", at, got)
		}
	}
}

func TestDamagedStateStopsItsQueryAlone(t *testing.T) {
	source := &fakeSource{partitions: map[string][]event{"0": {{1, 1}, {2, 2}}}, step: 1}
	store := newFakeStore()
	if _, err := run(t, config(store, source, 1, countQuery("bad"), countQuery("fine"))); err != nil {
		t.Fatal(err)
	}
	for _, f := range store.cp.State {
		if f.Query == "bad" {
			store.files[f.Name]["0.counts"] = []arrow.RecordBatch{rowsOf(eventColumns[:1], []event{{1, 1}})}
		}
	}
	source.add("0", event{1, 3})
	e, err := run(t, config(store, source, 1, countQuery("bad"), countQuery("fine")))
	if err == nil || !strings.Contains(err.Error(), "query bad: restore state") {
		t.Errorf("error %v, want that state could not be restored", err)
	}
	if got := e.Status().Queries[0].State; got != "failed" {
		t.Errorf("the query is %s", got)
	}
	if diff := cmp.Diff(map[string]int{"1 2 ": 1, "2 1 ": 1}, store.tables["fine"]); diff != "" {
		t.Errorf("the other query: %s", diff)
	}
	if diff := cmp.Diff(map[string]int{"1 1 ": 1, "2 1 ": 1}, store.tables["bad"]); diff != "" {
		t.Errorf("the damaged query: %s", diff)
	}
}

func TestWritingStateIsRetried(t *testing.T) {
	retryAtOnce(t)
	source := &fakeSource{partitions: map[string][]event{"0": {{1, 1}}}, step: 1}
	store := newFakeStore()
	store.noState = 2
	if _, err := run(t, config(store, source, 1, countQuery("a"))); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]int{"1 1 ": 1}, store.tables["a"]); diff != "" {
		t.Error(diff)
	}
}

// TestCanceledReaderHasNotEnded: the end of the input closes windows, a reader that gives up does not.
func TestCanceledReaderHasNotEnded(t *testing.T) {
	s := &source{Source: Source{Name: "s"}, positions: map[string]*partition{}}
	s.note(polled{err: context.Canceled}, time.Now())
	if !s.ended || s.failed == nil {
		t.Errorf("ended %t, failed %v", s.ended, s.failed)
	}
}

// TestLettersSayWhereTheyComeFrom: those of a connector that reads columns itself, too. One at a position that was read before
// is marked, not dropped: a new query may read other columns.
func TestLettersSayWhereTheyComeFrom(t *testing.T) {
	s := &source{Source: Source{Name: "s"}, positions: map[string]*partition{"0": {next: 5}}}
	f := &fetched{source: s, Fetch: engine.Fetch{Partition: "0", Rejects: []engine.DeadLetter{{Offset: 4}, {Offset: 5}}}}
	f.Rows = rowsOf(eventColumns, []event{{1, 1}})
	now := time.Unix(1, 0)
	s.decode(f, 0, now)
	s.takeLetters(f)
	want := []engine.DeadLetter{
		{Source: "s", Partition: "0", Offset: 4, At: now, Again: true}, {Source: "s", Partition: "0", Offset: 5, At: now},
	}
	if diff := cmp.Diff(want, s.letters); diff != "" {
		t.Error(diff)
	}
}

// TestNothingCountsAfterABrokenFetch: a later fetch of the same partition would move the position past what was not decoded.
func TestNothingCountsAfterABrokenFetch(t *testing.T) {
	e := opened(t, newFakeStore(), &fakeSource{partitions: map[string][]event{"0": nil}, step: 1}, countQuery("a"))
	s := e.sources[0]
	broken := engine.Fetch{Partition: "0", Records: []engine.Record{{Offset: 0}}, Next: 1} // the source has no format
	after := engine.Fetch{Partition: "0", Rows: rowsOf(eventColumns, []event{{1, 1}}), Offsets: []int64{1}, Next: 2}
	e.round(e.receive(nil, s, polled{fetches: []engine.Fetch{broken, after}, partitions: []string{"0"}}, time.Now()))
	if at := e.queries[0].readings[0].at("0").next; at != unread || s.failed == nil {
		t.Errorf("position %d, source failed with %v", at, s.failed)
	}
}
