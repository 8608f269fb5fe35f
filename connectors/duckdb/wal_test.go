package duckdb

import (
	"os"
	"testing"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// A log that has grown past the limit is moved after the commit, and what was committed is there.
func TestALongLogIsMoved(t *testing.T) {
	defer func(n int64) { walLimit = n }(walLimit)
	s := testStore(t)
	check(t, s.CreateView(ctx, "v", []types.Field{{Name: "a", Type: types.Of(types.Integer)}}))
	rows := engine.Batch{Rows: rowsOf(t, testSession(t), "SELECT range::INTEGER AS a FROM range(1000)")}
	for _, limit := range []int64{1 << 30, 1} {
		walLimit = limit
		check(t, commit(s, "v", rows))
		s.checkpointing.Wait()
		info, err := os.Stat(s.wal)
		if moved := err != nil || info.Size() == 0; moved != (limit == 1) {
			t.Errorf("with a limit of %d bytes the log was moved: %v", limit, moved)
		}
	}
	if got := texts(t, s, "SELECT count(*) FROM v")[0]; got != "2000" {
		t.Errorf("%s rows, want 2000", got)
	}
}
