//go:build linux

package duckdb

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// TestADiskThatIsFullForAWhile runs in a process of its own, whose files may not grow past a limit.
func TestADiskThatIsFullForAWhile(t *testing.T) {
	if os.Getenv("WEIR_TEST_FULL") != "" {
		fullForAWhile(t)
		return
	}
	other := exec.Command(os.Args[0], "-test.run=^TestADiskThatIsFullForAWhile$", "-test.v")
	other.Env = append(os.Environ(), "WEIR_TEST_FULL=1")
	out, err := other.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS") {
		t.Fatalf("%v\n%s", err, out)
	}
}

func fullForAWhile(t *testing.T) {
	signal.Ignore(syscall.SIGXFSZ)
	path := filepath.Join(t.TempDir(), "weir.duckdb")
	s, err := Open(path, StoreOptions{})
	check(t, err)
	columns := []types.Field{{Name: "a", Type: types.Of(types.BigInt)}, {Name: "b", Type: types.Of(types.Varchar)}}
	check(t, s.CreateView(ctx, "v", columns))
	// The first is written to the log, the second, which is larger, straight to the database file.
	for _, n := range []int{20000, 400000} {
		rows := rowsOf(t, testSession(t), fmt.Sprintf("SELECT range AS a, md5(range::VARCHAR) AS b FROM range(%d)", n))
		before, err := s.Load(ctx)
		check(t, err)
		count := texts(t, s, "SELECT count(*) FROM v")[0]
		limitFiles(t, 300_000)
		failed := commit(s, "v", engine.Batch{Rows: rows})
		limitFiles(t, 1<<40)
		if failed == nil {
			t.Fatalf("%d rows: the limit had no effect", n)
		}
		after, err := s.Load(ctx)
		if err != nil || after.Epoch != before.Epoch {
			t.Fatalf("%d rows: after %v the epoch is %d, %v", n, failed, after.Epoch, err)
		}
		if got := texts(t, s, "SELECT count(*) FROM v")[0]; got != count {
			t.Errorf("%d rows: the table has %s rows, want %s", n, got, count)
		}
		check(t, commit(s, "v", engine.Batch{Rows: rows}))
	}
	check(t, s.Close())
	s, err = Open(path, StoreOptions{})
	check(t, err)
	if got := texts(t, s, "SELECT count(*) FROM v")[0]; got != "420000" {
		t.Errorf("after reopening %s rows", got)
	}
	check(t, s.Close())
}

func limitFiles(t *testing.T, size uint64) {
	t.Helper()
	var limit syscall.Rlimit
	check(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit))
	limit.Cur = min(size, limit.Max)
	check(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit))
}
