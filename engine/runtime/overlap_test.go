package runtime

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/weirdb/weir/engine"
)

// TestOverlappingFetchesCountOnce: a fetch may begin before the end of the one before it, as Kafka's batches do after a seek, and both may
// be taken in by one round.
func TestOverlappingFetchesCountOnce(t *testing.T) {
	events := []event{{1, 1}, {1, 2}, {1, 3}, {1, 4}}
	for _, together := range []bool{true, false} {
		store := newFakeStore()
		e := opened(t, store, &fakeSource{partitions: map[string][]event{"0": nil}, step: 1}, countQuery("a"))
		var round []*fetched
		for _, span := range [][2]int64{{0, 3}, {1, 4}, {0, 2}} {
			f := engine.Fetch{Partition: "0", Next: span[1], Rows: rowsOf(eventColumns, events[span[0]:span[1]])}
			for at := span[0]; at < span[1]; at++ {
				f.Offsets = append(f.Offsets, at)
			}
			round = e.receive(round, e.sources[0], polled{fetches: []engine.Fetch{f}, partitions: []string{"0"}}, e.config.Now())
			if !together {
				e.round(round)
				round = nil
			}
		}
		e.round(round)
		if err := errors.Join(e.endEpoch(t.Context()), e.awaitCommit()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]int{"1 4 ": 1}, store.tables["a"]); diff != "" {
			t.Errorf("in one round: %t\n%s", together, diff)
		}
	}
}
