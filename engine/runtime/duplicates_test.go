package runtime

import (
	"errors"
	"slices"
	"testing"

	"github.com/weirdb/weir/engine"
)

// deduplicator counts, and says that every row but the first of its kind came before.
type deduplicator struct{ *counter }

func (d deduplicator) Duplicates() (n int64) {
	for _, times := range d.counts {
		n += times - 1
	}
	return n
}

// TestDuplicatesCountFromTheStart: what a restart meets again in its logs was counted by the process before.
func TestDuplicatesCountFromTheStart(t *testing.T) {
	retryAtOnce(t)
	q := countQuery("a")
	inner := q.Stages[0].New
	q.Stages[0].New = func(s engine.Shard) ([]engine.Operator, error) {
		ops, err := inner(s)
		return []engine.Operator{deduplicator{ops[0].(*counter)}}, err
	}
	source, store := manyEvents(60), newFakeStore()
	c := config(store, source, 2, q)
	c.EpochRows, c.Logs = 1, LogSizes{Least: 1, Full: 1 << 10, Room: 1 << 20}
	store.crashAt = 6
	if _, err := run(t, c); !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(store.cp.State, isLog) {
		t.Fatal("no log was written: the test tests nothing")
	}
	e, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := openAll(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	defer e.close() //nolint:errcheck // a fake
	met := int64(0)
	for _, chain := range e.queries[0].stages[0].chains {
		met += chain.ops[0].(deduplicator).Duplicates()
	}
	if got := e.queries[0].duplicates(); got != 0 || met == 0 {
		t.Errorf("%d duplicates before anything was read; the logs have %d", got, met)
	}
}
