package duckdb

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/weirdb/weir/engine"
)

// TestRefusedAhead: of the dead letters only those of the source that were too far ahead, from the given positions on.
func TestRefusedAhead(t *testing.T) {
	s := testStore(t)
	letter := func(source, partition string, offset int64, reason string) engine.DeadLetter {
		return engine.DeadLetter{Source: source, Partition: partition, Offset: offset, Value: []byte("x"), Reason: reason}
	}
	ahead := engine.TooFarAhead + "ts is 2262"
	check(t, s.Commit(ctx, &engine.Commit{Epoch: 1, DeadLetters: []engine.DeadLetter{
		letter("s", "a", 9, ahead), letter("s", "a", 4, ahead), letter("s", "a", 3, ahead), letter("s", "a", 5, "odd"),
		letter("s", "b", 0, ahead), letter("other", "a", 6, ahead),
	}}))
	got, err := s.RefusedAhead(ctx, "s", map[string]int64{"a": 4})
	check(t, err)
	if diff := cmp.Diff(map[string][]int64{"a": {4, 9}, "b": {0}}, got); diff != "" {
		t.Error(diff)
	}
}
