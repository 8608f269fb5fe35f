package duckdb

import (
	"testing"
	"time"

	"github.com/weirdb/weir/engine"
)

// TestOldLettersGo: dead letters and late rows, by when they were found; the others stay.
func TestOldLettersGo(t *testing.T) {
	s := testStore(t)
	now := time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)
	old := now.Add(-40 * 24 * time.Hour)
	check(t, s.Commit(ctx, &engine.Commit{
		Epoch:       1,
		DeadLetters: []engine.DeadLetter{{Source: "s", Offset: 1, At: old}, {Source: "s", Offset: 2, At: now}},
		Late:        []engine.LateRow{{View: "v", Row: `{"a": 1}`, At: old}, {View: "v", Row: `{"a": 2}`, At: now}},
	}))
	check(t, s.ForgetLetters(ctx, now.Add(-30*24*time.Hour)))
	var got []string
	check(t, s.session.each(ctx, `SELECT "offset"::VARCHAR FROM weir.dead_letters UNION ALL SELECT row::VARCHAR FROM weir.late_rows`, func(r row) { got = append(got, r.text(0)) }))
	if len(got) != 2 || got[0] != "2" || got[1] != `{"a": 2}` {
		t.Errorf("left are %q", got)
	}
}
