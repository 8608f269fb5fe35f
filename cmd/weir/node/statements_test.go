package node

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine"
)

// TestStatementsWhileRunning: views are created, replaced and dropped while others go on, nothing lost or doubled; a mistake changes nothing;
// and a restart finds what was made.
func TestStatementsWhileRunning(t *testing.T) {
	path, l := filepath.Join(t.TempDir(), "weir.duckdb"), &replayed{lines: numbered(0, 50)}
	n := openLog(t, path, l)
	apply(t, n, pausedViews, "")
	stop := run(t, n)
	holds(t, n, 50)
	p, err := n.Statements(t.Context(), "CREATE MATERIALIZED VIEW more AS SELECT max(b) AS b FROM s; CREATE MATERIALIZED VIEW above AS SELECT max(n) AS most FROM v")
	if err != nil || !p.Changes || changedObjects(p) != "MATERIALIZED VIEW more created, MATERIALIZED VIEW above created" {
		t.Fatalf("%v %+v", err, p)
	}
	l.add(numbered(50, 30)...)
	await(t, n, "SELECT b FROM more", "79")
	await(t, n, "SELECT most FROM above", "8")
	holds(t, n, 80)

	follower, err := n.Subscribe(engine.Following{View: "more", After: engine.FromNow})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Statements(t.Context(), "CREATE OR REPLACE MATERIALIZED VIEW more AS SELECT min(b) AS b FROM s"); err != nil {
		t.Fatal(err)
	}
	for c := range follower.Changes { // its table is not what it was
		for _, b := range c.Batches {
			b.Release()
		}
	}
	await(t, n, "SELECT b FROM more", "0")
	for _, c := range []struct{ text, want string }{
		{"DROP MATERIALIZED VIEW v", "above"},
		{"CREATE MATERIALIZED VIEW x AS SELECT nosuch FROM s", "nosuch"},
		{"CREATE MATERIALIZED VIEW more AS SELECT 1 + count(*) AS n FROM s", "OR REPLACE"},
	} {
		var mistake *server.UserError
		if _, err := n.Statements(t.Context(), c.text); !errors.As(err, &mistake) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want a mistake that says %s", c.text, err, c.want)
		}
	}
	if _, err := n.Statements(t.Context(), "DROP MATERIALIZED VIEW above; DROP MATERIALIZED VIEW other"); err != nil {
		t.Fatal(err)
	}
	l.add(numbered(80, 20)...)
	holds(t, n, 100)
	stop()
	shut(t, n)

	n = openLog(t, path, l)
	stop = run(t, n)
	l.add(numbered(100, 5)...)
	holds(t, n, 105)
	await(t, n, "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'main'", "2")
	stop()
	shut(t, n)
}

// TestStatementsAreRefused where Weir does not run with --writable.
func TestStatementsAreRefused(t *testing.T) {
	n := openLog(t, filepath.Join(t.TempDir(), "weir.duckdb"), &replayed{})
	defer shut(t, n)
	n.options.Writable = false
	if _, err := n.Statements(t.Context(), source); err == nil || !strings.Contains(err.Error(), "--writable") {
		t.Errorf("got %v", err)
	}
}
