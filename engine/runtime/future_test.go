package runtime

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirdb/weir/engine"
)

// RefusedAhead implements Letters.
func (s *fakeStore) RefusedAhead(_ context.Context, source string, from map[string]int64) (map[string][]int64, error) {
	out := map[string][]int64{}
	for _, l := range s.letters {
		if l.Source == source && l.Offset >= from[l.Partition] && strings.HasPrefix(l.Reason, engine.TooFarAhead) && !s.lifted[l.Offset] {
			out[l.Partition] = append(out[l.Partition], l.Offset)
		}
	}
	return out, nil
}

// at is a clock that stands still.
func at(seconds int64) func() time.Time { return func() time.Time { return time.Unix(seconds, 0) } }

func aheadConfig(store *fakeStore, source *fakeSource, now func() time.Time, queries ...engine.Query) Config {
	c := config(store, source, 1, queries...)
	c.Letters, c.Now, c.Sources[0].MaxFuture = store, now, 10*time.Second
	return c
}

const second = engine.Time(1_000_000)

// TestFutureEventsAreDeadLetters: an event more than max_future ahead of the clock goes to the dead letters, and moves no watermark.
func TestFutureEventsAreDeadLetters(t *testing.T) {
	source := &fakeSource{partitions: map[string][]event{"0": {{1, 99 * second}, {2, 110*second + 1}, {1, 110 * second}, {3, infinity}}}, step: 2, live: true}
	store := newFakeStore()
	c := aheadConfig(store, source, at(100), countQuery("a"))
	c.Bounded = false
	e, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := openAll(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	defer e.close() //nolint:errcheck // a fake
	for e.sources[0].part("0", time.Now()).next < 4 {
		fetches, _ := e.gather(t.Context())
		e.round(fetches)
	}
	if got, want := e.queries[0].watermark(), 110*second-engine.Time(c.Sources[0].Delay.Microseconds()); got != want {
		t.Errorf("watermark %d, want %d", got, want)
	}
	if err := e.endEpoch(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := e.awaitCommit(); err != nil {
		t.Fatal(err)
	}
	wantRows(t, store, "a", "1 2 ", "3 1 ")
	if len(store.letters) != 1 {
		t.Fatalf("%d dead letters, want 1", len(store.letters))
	}
	l := store.letters[0]
	if l.Offset != 1 || l.Partition != "0" || !strings.Contains(string(l.Value), `"key":2`) ||
		l.Reason != engine.TooFarAhead+"at is 1970-01-01T00:01:50.000001Z, more than max_future (10s) ahead of the clock, which was 1970-01-01T00:01:40Z" {
		t.Errorf("dead letter %+v, value %s", l, l.Value)
	}
}

// TestRefusedEventsStayRefused: what was refused is refused again, to a view that comes when the clock has passed it; and what has
// counted is refused to a new view, if max_future has come since.
func TestRefusedEventsStayRefused(t *testing.T) {
	source := &fakeSource{partitions: map[string][]event{"0": {{1, 99 * second}, {2, 200 * second}, {1, 100 * second}, {4, 900 * second}}}, step: 2}
	store := newFakeStore()
	if _, err := run(t, aheadConfig(store, source, at(100), countQuery("a"))); err != nil {
		t.Fatal(err)
	}
	if _, err := run(t, aheadConfig(store, source, at(1000), countQuery("a"), countQuery("b"))); err != nil {
		t.Fatal(err)
	}
	wantRows(t, store, "a", "1 2 ")
	wantRows(t, store, "b", "1 2 ")
	if len(store.letters) != 2 {
		t.Errorf("%d dead letters, want 2: those that are known come once", len(store.letters))
	}
	c := aheadConfig(store, source, at(100), countQuery("a"), countQuery("b"), countQuery("c"))
	c.Sources[0].MaxFuture = 0
	if _, err := run(t, c); err != nil {
		t.Fatal(err)
	}
	wantRows(t, store, "c", "1 2 ")
	fresh := newFakeStore()
	c = aheadConfig(fresh, source, at(100), countQuery("a"))
	c.Sources[0].MaxFuture = 0
	if _, err := run(t, c); err != nil {
		t.Fatal(err)
	}
	if _, err := run(t, aheadConfig(fresh, source, at(100), countQuery("a"), countQuery("b"))); err != nil {
		t.Fatal(err)
	}
	wantRows(t, fresh, "a", "1 2 ", "2 1 ", "4 1 ")
	wantRows(t, fresh, "b", "1 2 ")
}

func wantRows(t *testing.T, store *fakeStore, view string, want ...string) {
	t.Helper()
	if got := sortedKeys(store.tables[view]); !slices.Equal(got, want) {
		t.Errorf("view %s has %q, want %q", view, got, want)
	}
}
