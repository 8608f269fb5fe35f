package duckdb

import (
	"path/filepath"
	"testing"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// TestBacklog: what waits for each sink is counted in bytes, small deliveries and files alike, and a store that is opened again counts the same.
func TestBacklog(t *testing.T) {
	defer func(n uint64) { largeChange = n }(largeChange)
	path := filepath.Join(t.TempDir(), "weir.duckdb")
	s, err := Open(path, StoreOptions{})
	check(t, err)
	s.SetSinks(map[string][]string{"v": {"one", "two"}})
	check(t, s.CreateView(ctx, "v", []types.Field{{Name: "a", Type: types.Of(types.BigInt)}}))
	rows := rowsOf(t, testSession(t), "SELECT range AS a FROM range(1000)")
	for epoch := int64(1); epoch <= 4; epoch++ {
		if epoch == 3 {
			largeChange = 1 // from here on a file each
		}
		check(t, s.Commit(ctx, &engine.Commit{Epoch: epoch, Changes: []engine.Change{{View: "v", Batches: []engine.Batch{{Rows: rows}}}}}))
	}
	all := s.Backlog("one")
	if all.Epochs != 4 || all.Bytes < 4*8000 || all.Bytes > 4*16000 || s.Backlog("two") != all {
		t.Errorf("%+v wait for one sink, %+v for the other: want 4 epochs of 8 kB and a little more", all, s.Backlog("two"))
	}
	if err := s.Commit(ctx, &engine.Commit{Epoch: 5, Changes: []engine.Change{{View: "v", Batches: []engine.Batch{{Rows: rows}}}}, State: []engine.StateFile{{Name: "none"}}}); err == nil {
		t.Error("a commit that names a file that is not there")
	}
	check(t, s.Done(ctx, "one", 3))
	left := s.Backlog("one")
	if left.Epochs != 1 || left.Bytes < 8000 || left.Bytes > 16000 || s.Backlog("two") != all {
		t.Errorf("after three are delivered %+v wait, and %+v for the other sink", left, s.Backlog("two"))
	}
	check(t, s.Close())

	s, err = Open(path, StoreOptions{})
	check(t, err)
	defer s.Close()
	if s.Backlog("one") != left || s.Backlog("two") != all {
		t.Errorf("opened again %+v and %+v wait, want %+v and %+v", s.Backlog("one"), s.Backlog("two"), left, all)
	}
	check(t, s.Change(ctx, func(c *Catalog) error { return c.DropSink("two") }))
	if b := s.Backlog("two"); b != (engine.Backlog{}) {
		t.Errorf("%+v wait for a sink that was dropped", b)
	}
}
