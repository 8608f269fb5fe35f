package node

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/connectors/server"
)

const ratesTable = "CREATE TABLE IF NOT EXISTS rates (a BIGINT, rate BIGINT);"

// write changes tables as the HTTP API does.
func write(t *testing.T, n *Node, sql string) error {
	t.Helper()
	result, err := n.Query(t.Context(), sql, server.Limits{MaxRows: 10})
	if err == nil {
		result.Close()
	}
	return err
}

// run runs the node until stop is called.
func run(t *testing.T, n *Node) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// await waits until a query has an answer.
func await(t *testing.T, n *Node, sql, want string) {
	t.Helper()
	got := ""
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if got = one(t, n, sql); got == want {
			return
		}
	}
	t.Fatalf("%s: %s, want %s", sql, got, want)
}

// TestTableChangesWhileViewsRun: a view of changes is corrected, one that writes once looks up what is there when its rows come.
// After a restart both go on with the table as it is then.
func TestTableChangesWhileViewsRun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weir.duckdb")
	e := &events{lines: []string{`{"a": 1, "b": 1}`, `{"a": 2, "b": 2}`}, live: true, more: make(chan string)}
	o := Options{CommitInterval: time.Millisecond, Writable: true}
	n := open(t, path, e, o)
	apply(t, n, ratesTable+"INSERT INTO rates VALUES (1, 10);"+source+
		"CREATE MATERIALIZED VIEW now AS SELECT b, rate FROM s LEFT JOIN rates USING (a);"+
		"CREATE MATERIALIZED VIEW once WITH (emit = 'close') AS SELECT b, rate FROM s LEFT JOIN rates USING (a)", "")
	const now, once = "SELECT string_agg(b || ':' || coalesce(rate, 0), ' ' ORDER BY b) FROM now", "SELECT string_agg(b || ':' || coalesce(rate, 0), ' ' ORDER BY b) FROM once"
	stop := run(t, n)
	await(t, n, now, "1:10 2:0")
	await(t, n, once, "1:10 2:0")
	if err := write(t, n, "INSERT INTO rates VALUES (2, 20)"); err != nil {
		t.Fatal(err)
	}
	await(t, n, now, "1:10 2:20")
	if err := write(t, n, "UPDATE rates SET rate = 11 WHERE a = 1"); err != nil {
		t.Fatal(err)
	}
	await(t, n, now, "1:11 2:20")
	e.more <- `{"a": 1, "b": 3}`
	await(t, n, now, "1:11 2:20 3:11")
	await(t, n, once, "1:10 2:0 3:11")
	stop()
	shut(t, n)

	e.lines = append(e.lines, `{"a": 1, "b": 3}`, `{"a": 2, "b": 4}`)
	n = open(t, path, e, o)
	defer shut(t, n)
	apply(t, n, "DELETE FROM rates WHERE a = 1", "")
	stop = run(t, n)
	defer stop()
	await(t, n, now, "1:0 2:20 3:0 4:20")
	await(t, n, once, "1:10 2:0 3:11 4:20")
	if got := one(t, n, "SELECT count(*) FROM weir.late_rows"); got != "0" {
		t.Errorf("%s late rows", got)
	}
}

// TestTablesAreGuarded: what views depend on stays as it is, and readers do not write.
func TestTablesAreGuarded(t *testing.T) {
	n := open(t, "", &events{}, Options{Bounded: true})
	defer shut(t, n)
	const view = "CREATE MATERIALIZED VIEW v AS SELECT b, rate FROM s JOIN rates USING (a);"
	apply(t, n, ratesTable+source+view, "")
	for _, c := range []struct{ text, err string }{
		{"CREATE TABLE rates (a BIGINT)", "Write CREATE TABLE IF NOT EXISTS"},
		{"DROP TABLE rates", "table rates is gone, and view v depends on it"},
		{"ALTER TABLE rates ALTER rate TYPE INTEGER", "column rate is INTEGER, and was BIGINT"},
		{"ALTER TABLE rates ADD COLUMN c INTEGER", "column c is new"},
		{"INSERT INTO v VALUES (1, 2)", "v is a MATERIALIZED VIEW"},
		{"INSERT INTO weir.catalog VALUES (1)", "schema main; weir is not"},
		{"INSERT INTO rates VALUES (1, 2); INSERT INTO rates VALUES ('x', 2)", "Could not convert"},
		{"DROP TABLE rates; CREATE TABLE rates (a BIGINT, rate BIGINT)", ""},
		{"DROP MATERIALIZED VIEW v; ALTER TABLE rates ADD COLUMN c INTEGER;" + view, ""},
		{"DROP TABLE rates; DROP MATERIALIZED VIEW v", ""},
	} {
		apply(t, n, c.text, c.err)
	}
	apply(t, n, ratesTable, "")
	if got := one(t, n, "SELECT count(*) FROM rates"); got != "0" {
		t.Errorf("a text with a mistake has changed %s rows", got)
	}
	if err := write(t, n, "INSERT INTO rates VALUES (1, 2)"); err == nil || !strings.Contains(err.Error(), "--writable") {
		t.Errorf("a reader may write: %v", err)
	}
}

// TestFilesFillTables: until the first query, and not behind it.
func TestFilesFillTables(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rates.csv")
	n := open(t, "", &events{}, Options{Bounded: true})
	defer shut(t, n)
	apply(t, n, ratesTable+"INSERT INTO rates VALUES (1, 2), (3, 4)", "")
	other := strings.ReplaceAll("CREATE OR REPLACE TABLE more AS FROM read_csv('FILE')", "FILE", file)
	apply(t, n, other, "No files found")
	if got := one(t, n, "SELECT count(*) FROM rates"); got != "2" {
		t.Errorf("%s rows", got)
	}
	apply(t, n, other, "files are out of reach here")
}

// TestTableThatIsGone stops the views on it, and no others.
func TestTableThatIsGone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weir.duckdb")
	e := &events{lines: []string{`{"a": 1, "b": 1}`}, live: true}
	n := open(t, path, e, Options{})
	apply(t, n, ratesTable+source+"CREATE MATERIALIZED VIEW on_table AS SELECT b, rate FROM s JOIN rates USING (a); CREATE MATERIALIZED VIEW plain AS SELECT b FROM s", "")
	err := n.store.Change(t.Context(), func(c *duckdb.Catalog) error { // as another program would
		_, err := c.Execute("DROP TABLE rates")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	shut(t, n)
	n = open(t, path, e, Options{CommitInterval: time.Millisecond})
	defer shut(t, n)
	stop := run(t, n)
	defer stop()
	await(t, n, "SELECT count(*) FROM plain", "1")
	rows := strings.Join(showQueries(t, n), "\n")
	if !strings.Contains(rows, "failed") || !strings.Contains(rows, "table rates is gone") || strings.Count(rows, "failed") != 1 {
		t.Errorf("SHOW QUERIES: %s", rows)
	}
}
