package duckdb

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// damagedRows is what each commit of TestDamagedDatabase adds.
const damagedRows = 5000

// TestDamagedDatabase: a bit that has changed anywhere in the database or in its log is an error that tells the file and the way out, when it is
// opened or read; or it does not matter. Where the log's head is gone, the log is as one that was cut off: there is an earlier commit, all of it.
func TestDamagedDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weir.duckdb")
	s, err := Open(path, StoreOptions{})
	check(t, err)
	defer s.Close()
	check(t, s.CreateView(ctx, "v", []types.Field{{Name: "a", Type: types.Of(types.BigInt)}}))
	rows := rowsOf(t, testSession(t), fmt.Sprintf("SELECT range AS a FROM range(%d)", damagedRows))
	for epoch := int64(1); epoch <= 6; epoch++ {
		check(t, s.Commit(ctx, &engine.Commit{
			Epoch: epoch, Changes: []engine.Change{{View: "v", Batches: []engine.Batch{{Rows: rows}}}},
			Positions: []engine.Position{{Query: "v", Source: "s", Partition: "0", Next: epoch}},
		}))
		if epoch == 3 {
			check(t, s.Checkpoint(ctx))
		}
	}
	sound := map[string][]byte{}
	for _, file := range []string{"", ".wal"} {
		sound[file], err = os.ReadFile(path + file)
		check(t, err)
	}
	for file, content := range sound {
		found := 0
		for at := 0; at < len(content); at += 1 + len(content)/23 {
			copied := filepath.Join(t.TempDir(), "weir.duckdb")
			for name, bytes := range sound {
				check(t, os.WriteFile(copied+name, bytes, 0o644))
			}
			damaged := append([]byte(nil), content...)
			damaged[at] ^= 0x10
			check(t, os.WriteFile(copied+file, damaged, 0o644))
			found += noticed(t, copied, fmt.Sprintf("byte %d of weir.duckdb%s", at, file))
		}
		if found == 0 {
			t.Errorf("no damage of weir.duckdb%s is noticed", file)
		}
	}
}

// noticed is 1 if a damaged database says so, and 0 if it is as some commit has left it.
func noticed(t *testing.T, path, what string) int {
	t.Helper()
	epoch, next, n, sum, err := readDamaged(path)
	if err == nil {
		if epoch != next || n != epoch*damagedRows || sum != n*(damagedRows-1)/2 {
			t.Errorf("%s: epoch %d, position %d, %d rows, sum %d", what, epoch, next, n, sum)
		}
		return 0
	}
	for _, part := range []string{"the file of --db, or its log, is damaged", "another --db"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%s: the error lacks %q: %v", what, part, err)
		}
	}
	return 1
}

func readDamaged(path string) (epoch, next, n, sum int64, err error) {
	s, err := Open(path, StoreOptions{})
	if err != nil {
		return 0, 0, 0, 0, err
	}
	defer s.Close()
	c, err := s.Load(ctx)
	if err != nil || len(c.Positions) != 1 {
		return 0, 0, 0, 0, fmt.Errorf("positions %v: %w", c.Positions, err)
	}
	rows, err := s.Query(ctx, "SELECT count(*), sum(a)::BIGINT FROM v", Limits{})
	if err != nil {
		return 0, 0, 0, 0, err
	}
	defer rows.Release()
	for rows.Next() {
		r := row{rows.RecordBatch(), 0}
		n, sum = r.int(0), r.int(1)
	}
	return c.Epoch, c.Positions[0].Next, n, sum, rows.Err()
}

// TestDamagedOutboxFile: a delivery in a file that was damaged is not given to the sink; the error names the file and the way out.
func TestDamagedOutboxFile(t *testing.T) {
	defer func(n uint64) { largeChange = n }(largeChange)
	largeChange = 1
	s := testStore(t)
	s.SetSinks(map[string][]string{"v": {"out"}})
	check(t, s.CreateView(ctx, "v", []types.Field{{Name: "a", Type: types.Of(types.BigInt)}}))
	rows := rowsOf(t, testSession(t), "SELECT range AS a FROM range(1000)")
	check(t, s.Commit(ctx, &engine.Commit{Epoch: 1, Changes: []engine.Change{{View: "v", Batches: []engine.Batch{{Rows: rows}}}}}))
	files := stateNames(t, s)
	file := s.state.path(files[0])
	content, err := os.ReadFile(file)
	check(t, err)
	content[len(content)/2] ^= 0x10
	check(t, os.WriteFile(file, content, 0o644))
	pending, err := s.Pending(ctx, "out", 1)
	if len(pending) > 0 || err == nil || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), "damaged") || !strings.Contains(err.Error(), "DROP the sink") {
		t.Errorf("%d deliveries, error %v", len(pending), err)
	}
}
