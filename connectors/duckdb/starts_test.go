package duckdb

import (
	"strings"
	"testing"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// Where a view has begun is committed with its positions, and forgotten with the view.
func TestStarts(t *testing.T) {
	s := testStore(t)
	for _, view := range []string{"v", "w"} {
		check(t, s.CreateView(ctx, view, []types.Field{{Name: "a", Type: types.Of(types.BigInt)}}))
	}
	starts := []engine.Position{{Query: "v", Source: "s", Partition: "0", Next: 7}, {Query: "w", Source: "s", Partition: "0", Next: 8}}
	check(t, s.Commit(ctx, &engine.Commit{Epoch: 1, Positions: starts, Starts: starts}))
	check(t, s.DropView(ctx, "v"))
	got := texts(t, s, `SELECT concat_ws(' ', query, source, "partition", first) FROM weir.starts`)
	if strings.Join(got, "; ") != "w s 0 8" {
		t.Errorf("got %q", got)
	}
}
