package duckdb

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/weirdb/weir/engine"
)

// sent is what waits for a sink: each row as text, behind its epoch.
func sent(t *testing.T, s *Store, sink string) (out []string) {
	t.Helper()
	pending, err := s.Pending(ctx, sink, 100)
	check(t, err)
	for _, d := range pending {
		for _, b := range d.Changes {
			for i := range int(b.Rows.NumRows()) {
				row := fmt.Sprint(d.Epoch)
				for c := range b.Rows.Columns() {
					row += " " + b.Rows.Column(c).ValueStr(i)
				}
				out = append(out, row)
			}
		}
	}
	releaseDeliveries(pending)
	return out
}

func wantSent(t *testing.T, s *Store, sink string, want ...string) {
	t.Helper()
	if got := sent(t, s, sink); !slices.Equal(got, want) {
		t.Errorf("sink %s has %q, want %q", sink, got, want)
	}
}

// TestSinksOfDeadLetters: each letter comes once, with the commit that found it, to those whose condition holds, or fails.
func TestSinksOfDeadLetters(t *testing.T) {
	s := testStore(t)
	s.SetKeptSinks([]KeptSink{
		{Sink: "all", Table: engine.DeadLettersTable, Columns: []string{"offset", "views"}},
		{Sink: "some", Table: engine.DeadLettersTable, Columns: []string{"offset"}, Where: `"offset" > 2 AND dead_letters.reason <> 'even' -- others`},
		{Sink: "failing", Table: engine.DeadLettersTable, Columns: []string{"offset", "text"}, Where: `text::INTEGER = 7`},
		{Sink: "broken", Table: engine.DeadLettersTable, Columns: []string{"offset"}, Where: `no_such_macro(value)`},
		{Sink: "none", Table: engine.DeadLettersTable, Columns: []string{"offset"}, Where: `NULL`},
	})
	letter := func(offset int64, value string, again bool) engine.DeadLetter {
		return engine.DeadLetter{Source: "s", Partition: "0", Offset: offset, Value: []byte(value), Reason: "odd", Again: again, Views: []string{"a"}}
	}
	check(t, s.Commit(ctx, &engine.Commit{Epoch: 1, DeadLetters: []engine.DeadLetter{letter(1, "\xff", false), letter(2, "7", false), letter(3, "8", false)}}))
	check(t, s.Commit(ctx, &engine.Commit{Epoch: 2, DeadLetters: []engine.DeadLetter{letter(3, "8", true), letter(4, "7", true), letter(5, "8", false), letter(6, "x", false)}}))
	check(t, s.Commit(ctx, &engine.Commit{Epoch: 3, Replayed: []engine.Replayed{{Letter: letter(4, "7", true), Given: []string{"a"}}}}))
	wantSent(t, s, "all", `1 1 ["a"]`, `1 2 ["a"]`, `1 3 ["a"]`, `2 5 ["a"]`, `2 6 ["a"]`, `2 4 ["a"]`)
	wantSent(t, s, "some", "1 3", "2 5", "2 6", "2 4")
	wantSent(t, s, "failing", "1 2 7", "2 6 x", "2 4 7")
	wantSent(t, s, "broken", "1 1", "1 2", "1 3", "2 5", "2 6", "2 4")
	wantSent(t, s, "none")
	check(t, s.ForgetLetters(ctx, time.Now().Add(time.Hour)))
	check(t, s.Done(ctx, "all", 1))
	wantSent(t, s, "all", `2 5 ["a"]`, `2 6 ["a"]`, `2 4 ["a"]`)
}

// TestSinksOfLateRows: late rows go with the commit.
func TestSinksOfLateRows(t *testing.T) {
	s := testStore(t)
	s.SetKeptSinks([]KeptSink{{Sink: "late", Table: engine.LateRowsTable, Columns: []string{"view", "row", "offset"}, Where: "row->>'n' <> '2'"}})
	offset := int64(9)
	late := []engine.LateRow{{View: "a", Row: `{"n":1}`}, {View: "a", Row: `{"n":2}`}, {View: "b", Row: `{"n":3}`, Offset: &offset}}
	check(t, s.Commit(ctx, &engine.Commit{Epoch: 1, Late: late}))
	wantSent(t, s, "late", `1 a {"n":1} (null)`, `1 b {"n":3} 9`)
}
