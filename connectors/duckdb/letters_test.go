package duckdb

import (
	"slices"
	"testing"

	"github.com/weirdb/weir/engine"
)

// TestReplayedLettersAreKeptOnce: a replay finds what is known again, and what only it could find.
func TestReplayedLettersAreKeptOnce(t *testing.T) {
	s := testStore(t)
	letter := func(offset int64, value string, replayed bool) engine.DeadLetter {
		return engine.DeadLetter{Source: "s", Partition: "0", Offset: offset, Value: []byte(value), Reason: "odd", Replayed: replayed}
	}
	check(t, s.Commit(ctx, &engine.Commit{Epoch: 1, DeadLetters: []engine.DeadLetter{letter(1, "a", false), letter(7, "", false)}}))
	for epoch := int64(2); epoch < 4; epoch++ {
		letters := []engine.DeadLetter{letter(1, "a", true), letter(1, "other", true), letter(3, "b", true), letter(7, "", true)}
		check(t, s.Commit(ctx, &engine.Commit{Epoch: epoch, DeadLetters: letters}))
	}
	var got []string
	check(t, s.session.each(ctx, `SELECT "offset" || ' ' || value::VARCHAR FROM weir.dead_letters ORDER BY ALL`, func(r row) { got = append(got, r.text(0)) }))
	if want := []string{"1 a", "1 other", "3 b", "7 "}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
