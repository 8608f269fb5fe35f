package duckdb

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirdb/weir/engine"
)

// boundedSinks are two sinks with an outbox of a few letters, of which one gets every other letter, and one of late rows.
func boundedSinks(s *Store) {
	s.SetKeptSinks([]KeptSink{
		{Sink: "all", Table: engine.DeadLettersTable, Columns: []string{"offset"}, MaxOutbox: 2000},
		{Sink: "even", Table: engine.DeadLettersTable, Columns: []string{"offset"}, Where: `"offset" % 2 = 0`, MaxOutbox: 2000},
		{Sink: "late", Table: engine.LateRowsTable, Columns: []string{"row"}, MaxOutbox: 2000},
	})
}

// commitLetters commits a letter, and a late row, in each epoch.
func commitLetters(t *testing.T, s *Store, from, to int64) {
	t.Helper()
	for epoch := from; epoch <= to; epoch++ {
		check(t, s.Commit(ctx, &engine.Commit{
			Epoch: epoch, Late: []engine.LateRow{{View: "v", Row: fmt.Sprint(epoch)}},
			DeadLetters: []engine.DeadLetter{{Source: "s", Partition: "0", Offset: epoch, Value: []byte("x"), Reason: "odd", Again: epoch%3 == 0, At: time.UnixMicro(epoch)}},
		}))
	}
}

// takeAll delivers what waits, a few epochs at a time, and returns it.
func takeAll(t *testing.T, s *Store, sink string, most int) (got []string) {
	t.Helper()
	for len(got) < most {
		pending, err := s.Pending(ctx, sink, 3)
		check(t, err)
		if len(pending) == 0 {
			return got
		}
		for _, d := range pending {
			for _, b := range d.Changes {
				for i := range int(b.Rows.NumRows()) {
					got = append(got, fmt.Sprintf("%d %s", d.Epoch, b.Rows.Column(0).ValueStr(i)))
				}
			}
		}
		last := pending[len(pending)-1].Epoch
		releaseDeliveries(pending)
		check(t, s.Done(ctx, sink, last))
	}
	return got
}

// numbersIn are those from one to another that a condition holds for, each with its epoch, which is the same.
func numbersIn(from, to int64, holds func(int64) bool) (out []string) {
	for i := from; i <= to; i++ {
		if holds(i) {
			out = append(out, fmt.Sprintf("%d %d", i, i))
		}
	}
	return out
}

// TestSinkOfLettersIsBounded: what does not fit in the outbox waits in the table, over a restart and in spite of its retention, and the sink gets
// each row once, in the order of the epochs. Afterwards rows go to the outbox again.
func TestSinkOfLettersIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weir.duckdb")
	s, err := Open(path, StoreOptions{})
	check(t, err)
	boundedSinks(s)
	commitLetters(t, s, 1, 60)
	for _, sink := range []string{"all", "even", "late"} {
		if b := s.Backlog(sink); b.Bytes < 2000 || b.Bytes > 3000 || sink != "even" && b.Epochs != 60 {
			t.Errorf("sink %s has a backlog of %+v", sink, b)
		}
	}
	before := s.Backlog("all")
	check(t, s.Close())
	s, err = Open(path, StoreOptions{})
	check(t, err)
	defer func() { check(t, s.Close()) }()
	boundedSinks(s)
	if got := s.Backlog("all"); got != before {
		t.Errorf("after the restart %+v waits, and %+v before", got, before)
	}
	got := takeAll(t, s, "all", 20)
	check(t, s.ForgetLetters(ctx, time.UnixMicro(50)))
	commitLetters(t, s, 61, 70)
	got = append(got, takeAll(t, s, "all", 1000)...)
	if want := numbersIn(1, 70, func(int64) bool { return true }); !slices.Equal(got, want) {
		t.Errorf("all had %v, want %v", got, want)
	}
	even := takeAll(t, s, "even", 1000)
	if want := numbersIn(1, 70, func(i int64) bool { return i%2 == 0 }); !slices.Equal(even, want) {
		t.Errorf("even had %v, want %v", even, want)
	}
	if late := takeAll(t, s, "late", 1000); len(late) != 70 || !slices.IsSortedFunc(late, func(a, b string) int { return len(a) - len(b) + strings.Compare(a, b) }) {
		t.Errorf("late had %v", late)
	}
	for _, sink := range []string{"all", "even", "late"} {
		if b := s.Backlog(sink); b != (engine.Backlog{}) || s.backlogs.isBehind(sink) {
			t.Errorf("sink %s has a backlog of %+v, or is behind", sink, b)
		}
	}
	commitLetters(t, s, 71, 72)
	if b := s.Backlog("all"); b.Epochs != 2 || b.Bytes == 0 {
		t.Errorf("a backlog of %+v", b)
	}
	wantSent(t, s, "all", "71 71", "72 72")
	check(t, s.ForgetLetters(ctx, time.UnixMicro(72)))
	if n := texts(t, s, "SELECT count(*)::VARCHAR FROM weir.dead_letters"); !slices.Equal(n, []string{"1"}) {
		t.Errorf("%v letters are left", n)
	}
}

// TestDroppedSinkIsNotBehind: one that is created anew under its name gets what comes then, and retention waits for nobody.
func TestDroppedSinkIsNotBehind(t *testing.T) {
	s := testStore(t)
	boundedSinks(s)
	commitLetters(t, s, 1, 60)
	for _, sink := range []string{"all", "even"} {
		check(t, s.Change(ctx, func(c *Catalog) error { return c.DropSink(sink) }))
	}
	check(t, s.ForgetLetters(ctx, time.UnixMicro(1000)))
	if n := texts(t, s, "SELECT count(*)::VARCHAR FROM weir.dead_letters"); !slices.Equal(n, []string{"0"}) {
		t.Errorf("%v letters are left", n)
	}
	commitLetters(t, s, 61, 61)
	wantSent(t, s, "all", "61 61")
}
