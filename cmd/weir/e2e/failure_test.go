package e2e

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A view that fails stops alone. The log says so once; with --once, the exit code too.
func TestFailedView(t *testing.T) {
	dir, lines := t.TempDir(), newEvents(newRand(t), 0).lines(nil, 2000)
	write(t, dir, "ev.ndjson", string(lines))
	bad := view{"bad", "", "SELECT id, CAST(k AS INTEGER) AS number FROM ev"}
	write(t, dir, "x.sql", followed+statements(append(slices.Clone(views), bad)))
	p := follow(t, dir, "--commit-interval", "20ms")
	p.read(2000)
	appendTo(t, dir, []byte(`{"id":1,"ts":"2026-01-01T00:00:00"}`+"\n"))
	p.read(2001)
	if code := p.terminate(); code != 0 {
		t.Errorf("exit code %d: %s", code, p.stderr.String())
	}
	said := p.stderr.String()
	says(t, "the end", said, "view bad: 0 rows in, 0 out, 0 late, failed: query bad", "could not convert string 'key ")
	if n := strings.Count(said, "view has stopped"); n != 1 {
		t.Errorf("the log says %d times that a view has stopped, want once: %s", n, said)
	}
	_, said = run(t, dir, 1, "run", "--db", "x.duckdb", "--once", "x.sql")
	says(t, "--once", said, "weir: query bad")
	bad.query = "SELECT id, TRY_CAST(replace(k, 'key ', '') AS INTEGER) AS number FROM ev"
	write(t, dir, "x.sql", followed+statements(views)+strings.Replace(bad.statement(), "CREATE", "CREATE OR REPLACE", 1))
	finish(t, dir)
	lines = append(lines, `{"id":1,"ts":"2026-01-01T00:00:00"}`+"\n"...)
	judgeLines(t, filepath.Join(dir, "x.duckdb"), lines).equal([]view{views[1], views[2], bad})
}
