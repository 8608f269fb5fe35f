package runtime

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/weirdb/weir/engine"
)

const week = engine.Time(7 * 24 * 3600 * 1e6)

// everySecond are n events a second apart.
func everySecond(from engine.Time, n int) []event {
	out := make([]event, n)
	for i := range out {
		out[i] = event{int64(i % 7), from + engine.Time(i)*second}
	}
	return out
}

// aligned is a configuration whose sources wait for partitions more than a minute behind.
func aligned(store *fakeStore, source *fakeSource, queries ...engine.Query) Config {
	c := config(store, source, 2, queries...)
	c.Sources[0].MaxAhead = time.Minute
	return c
}

// watched runs a configuration, and has look called between rounds, before each commit.
func watched(t *testing.T, c Config, look func(e *Engine)) *Engine {
	t.Helper()
	var e *Engine
	c.EpochRows = 1
	c.BeforeCommit = func(int64) error { look(e); return nil }
	e, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	if err := e.Run(ctx); err != nil || ctx.Err() != nil {
		t.Fatalf("%v %v", err, ctx.Err())
	}
	return e
}

// nexts are how far partitions of the first source have been read.
func nexts(e *Engine) map[string]int64 {
	out := map[string]int64{}
	for _, p := range e.Status().Sources[0].Partitions {
		out[p.Partition] = p.Next
	}
	return out
}

// TestPartitionsAheadWait: of a partition a week ahead a few fetches are read, and the rest when the other has ended.
func TestPartitionsAheadWait(t *testing.T) {
	source := &fakeSource{partitions: map[string][]event{"0": everySecond(0, 2000), "1": everySecond(week, 2000), "2": everySecond(30*second, 500)}, step: 10}
	store := newFakeStore()
	ahead, behind := int64(0), int64(0)
	watched(t, aligned(store, source, countQuery("a")), func(e *Engine) {
		if next := nexts(e); next["0"] < 1900 {
			ahead, behind = max(ahead, next["1"]), max(behind, next["2"]-next["0"])
		}
	})
	if ahead == 0 || ahead > 100 {
		t.Errorf("%d events of the partition ahead were read while the other had more", ahead)
	}
	if behind > 100 {
		t.Errorf("a partition half a minute ahead ran %d events ahead of it, a minute is allowed", behind)
	}
	wantRows(t, store, "a", "0 644 ", "1 644 ", "2 644 ", "3 643 ", "4 643 ", "5 641 ", "6 641 ")
}

// TestQueriesThatDoNotWaitAreNotHeld: where no row waits for the watermark, holding would only make results late.
func TestQueriesThatDoNotWaitAreNotHeld(t *testing.T) {
	q := countQuery("a")
	q.Stages[0].Gathers = true
	source := &fakeSource{partitions: map[string][]event{"0": everySecond(0, 2000), "1": everySecond(week, 1000)}, step: 10}
	ahead := int64(0)
	watched(t, aligned(newFakeStore(), source, q), func(e *Engine) {
		if next := nexts(e); next["0"] < 1900 {
			ahead = max(ahead, next["1"])
		}
	})
	if ahead != 1000 {
		t.Errorf("%d events of the partition ahead were read, want all", ahead)
	}
}

// TestSourcesOfOneQueryWait: the fast one of two sources waits for the slow one.
func TestSourcesOfOneQueryWait(t *testing.T) {
	slow := &fakeSource{partitions: map[string][]event{"0": everySecond(0, 2000)}, step: 10}
	fast := &fakeSource{partitions: map[string][]event{"0": everySecond(0, 20000)}, step: 1000}
	q := countQuery("a")
	q.Inputs = append(q.Inputs, engine.Input{Source: "fast", Read: eventColumns, EventTime: 1, New: noOperators})
	q.Results = []int{2}
	q.Stages[0].Edges = append(q.Stages[0].Edges, engine.Edge{From: 1, Split: splitByKey, EventTime: 1})
	c := aligned(newFakeStore(), slow, q)
	c.Sources = append(c.Sources, Source{Name: "fast", Source: fast, Columns: eventColumns, EventTime: 1, MaxAhead: time.Minute})
	most := int64(0)
	watched(t, c, func(e *Engine) {
		s := e.Status().Sources
		if at := s[0].Partitions[0].Next; at < 1900 {
			most = max(most, s[1].Partitions[0].Next-at)
		}
	})
	if most == 0 || most > 5000 {
		t.Errorf("the fast source ran %d events ahead of the slow one", most)
	}
}

// TestWhoHoldsBack: a partition holds others back only while something waits in it.
func TestWhoHoldsBack(t *testing.T) {
	now := time.Unix(1000, 0)
	s := &source{Source: Source{IdleTimeout: time.Minute}}
	for _, c := range []struct {
		what string
		p    partition
		want bool
	}{
		{"records wait", partition{begun: true, place: 5, waiting: 3}, true},
		{"nothing waits", partition{begun: true, place: 5}, false},
		{"not heard of yet", partition{place: engine.MinTime, waiting: -1, heard: now.Add(-time.Second)}, true},
		{"not heard of for long", partition{place: engine.MinTime, waiting: -1, heard: now.Add(-time.Minute)}, false},
		{"nothing fetched, records wait", partition{place: engine.MinTime, waiting: 3}, true},
		{"no event time in what came", partition{begun: true, place: engine.MinTime, waiting: 3}, false},
		{"ended", partition{begun: true, place: 5, waiting: 3, ended: true}, false},
		{"gone", partition{begun: true, place: 5, waiting: 3, gone: true}, false},
		{"broken", partition{begun: true, place: 5, waiting: 3, broken: true}, false},
	} {
		if got := s.holdsBack(&c.p, now); got != c.want {
			t.Errorf("%s: holds back %v", c.what, got)
		}
	}
	s.ended = true
	if s.holdsBack(&partition{begun: true, place: 5, waiting: 3}, now) {
		t.Error("a source that has failed holds others back")
	}
}

// TestQuietPartitionHoldsNobody: of a live source, a partition read up to its end is not waited for; when something comes, it is.
func TestQuietPartitionHoldsNobody(t *testing.T) {
	source := &fakeSource{partitions: map[string][]event{"0": everySecond(0, 10), "1": everySecond(week, 500)}, step: 10}
	e := opened(t, newFakeStore(), source, countQuery("a"))
	e.sources[0].MaxAhead = time.Minute
	for e.queries[0].rowsIn < 510 {
		fetches, _ := e.gather(t.Context())
		e.round(fetches)
	}
	if got := e.sources[0].reader.(*fakeReader).held; len(got) > 0 {
		t.Errorf("%v wait, for nothing", got)
	}
	source.add("0", everySecond(20*second, 2000)...)
	waited := false
	for e.queries[0].rowsIn < 2510 {
		fetches, _ := e.gather(t.Context())
		e.round(fetches)
		waited = waited || slices.Equal(sortedKeys(e.sources[0].held), []string{"1"})
	}
	if !waited || len(e.sources[0].held) > 0 {
		t.Errorf("the partition ahead waited: %v; in the end %v wait", waited, e.sources[0].held)
	}
}
