package duckdb

import (
	"errors"
	"testing"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// TestReadingIsOneState: whatever is read of a state is of one epoch, whatever commits meanwhile.
func TestReadingIsOneState(t *testing.T) {
	s := testStore(t)
	rows := rowsOf(t, testSession(t), "SELECT range AS a FROM range(10)")
	for _, view := range []string{"v", "w"} {
		check(t, s.CreateView(ctx, view, []types.Field{{Name: "a", Type: types.Of(types.BigInt)}}))
		check(t, commit(s, view, engine.Batch{Rows: rows}))
	}
	r, err := s.Read(ctx)
	check(t, err)
	defer r.Close()
	for range 5 {
		check(t, commit(s, "v", engine.Batch{Rows: rows}))
		for _, view := range []string{"v", "w"} {
			got, err := r.Query("SELECT count(*), (SELECT epoch FROM weir.checkpoint) FROM " + view)
			check(t, err)
			if !got.Next() || got.RecordBatch().Column(0).ValueStr(0) != "10" || got.RecordBatch().Column(1).(interface{ Value(int) int64 }).Value(0) != r.Epoch {
				t.Errorf("%s is not as of epoch %d", view, r.Epoch)
			}
			got.Release()
		}
	}
	if _, err := r.Query("DROP TABLE v"); !errors.Is(err, ErrReadOnly) {
		t.Errorf("%v", err)
	}
	if _, err := r.Query("FROM read_csv('x')"); err == nil {
		t.Error("a file was read")
	}
}
