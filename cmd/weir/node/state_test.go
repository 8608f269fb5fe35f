package node

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// rankedRows is how many rows the view keeps; few of them change in an epoch.
const rankedRows = 20_000

// TestStateInDuckDBIsLogged: a view that DuckDB computes, and that changes, writes what has come to it at a commit, and not all that it keeps; a
// restart goes on from that.
func TestStateInDuckDBIsLogged(t *testing.T) {
	path, l := filepath.Join(t.TempDir(), "weir.duckdb"), &replayed{atOnce: 5000}
	l.add(ranked(0, rankedRows)...)
	const view = "CREATE MATERIALIZED VIEW v AS SELECT a, b, percent_rank() OVER (PARTITION BY a ORDER BY b) AS r FROM s"
	n := openLog(t, path, l)
	apply(t, n, source+view, "")
	stop := run(t, n)
	await(t, n, "SELECT count(*) FROM v", fmt.Sprint(rankedRows))
	whole := written(t, n, map[string]bool{})
	if whole < 100_000 {
		t.Fatalf("the state of %d rows is %d bytes", rankedRows, whole)
	}
	seen := map[string]bool{}
	written(t, n, seen)
	for i := range 5 {
		l.add(ranked(rankedRows+i, 1)...)
		await(t, n, "SELECT count(*) FROM v", fmt.Sprint(rankedRows+i+1))
		bytes := written(t, n, seen)
		t.Logf("a commit that changes one key of %d writes %d bytes of state; all of it is %d", rankedRows/10, bytes, whole)
		if first := i == 0; !first && (bytes == 0 || bytes > whole/10) { // the first may find that the logs are as large as the state
			t.Errorf("commit %d writes %d bytes of a state of %d", i, bytes, whole)
		}
	}
	stop()
	shut(t, n)
	n = openLog(t, path, l)
	defer shut(t, n)
	started := time.Now()
	defer run(t, n)()
	l.add(ranked(rankedRows+5, 1)...)
	await(t, n, "SELECT count(*) FROM v", fmt.Sprint(rankedRows+6))
	t.Logf("a restart takes %s", time.Since(started).Round(time.Millisecond))
	await(t, n, `SELECT count(*) FROM (SELECT a, b, percent_rank() OVER (PARTITION BY a ORDER BY b) AS r
		FROM (SELECT i % 2000 AS a, i AS b FROM range(20006) t(i)) EXCEPT ALL FROM v)`, "0")
}

// ranked are lines of two thousand keys.
func ranked(from, n int) (lines []string) {
	for i := from; i < from+n; i++ {
		lines = append(lines, fmt.Sprintf(`{"a": %d, "b": %d}`, i%(rankedRows/10), i))
	}
	return lines
}

// written is how large the state files are that were not there before.
func written(t *testing.T, n *Node, seen map[string]bool) (bytes int64) {
	t.Helper()
	files, err := os.ReadDir(n.StateDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if info, err := f.Info(); err == nil && !seen[f.Name()] { // one that has just gone is not a new one
			bytes += info.Size()
			seen[f.Name()] = true
		}
	}
	return bytes
}
