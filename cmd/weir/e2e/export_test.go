package e2e

import (
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const exportSQL = `
CREATE SOURCE ev (a INTEGER, b HUGEINT) WITH (connector = 'http', format = 'json');
CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n, sum(a) AS s FROM ev;
CREATE MATERIALIZED VIEW "by a" AS SELECT a, count(*) AS n, max(b) AS b, {'x': max(a)} AS place, TIMESTAMPTZ '2026-01-01 10:00:00+00' AS at FROM ev GROUP BY a;
`

// query asks a DuckDB that no Weir has to do with, and returns the one value that it answers.
func query(t *testing.T, text string) string {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var out string
	if err := db.QueryRow(text).Scan(&out); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return out
}

// TestExport exports from a Weir that takes events meanwhile: in each export, all views are of one commit, with the types that they have.
func TestExport(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "x.sql", exportSQL)
	p := start(t, dir, "run", "--quiet", "--db", "x.duckdb", "--listen", "127.0.0.1:0", "--commit-interval", "10ms", "x.sql")
	url := p.url()
	p.eventually("it is ready", func() bool {
		return get(t, url+"/healthz", http.StatusOK) != "" && sendOne(url, 0) == http.StatusAccepted
	})
	stop, sent := make(chan struct{}), make(chan int)
	go func() {
		n := 1
		for ; ; n++ {
			select {
			case <-stop:
				sent <- n
				return
			default:
				sendOne(url, n%7)
			}
		}
	}()
	p.eventually("events have come", func() bool {
		out, _ := run(t, dir, 0, "sql", "--server", url, "--format", "csv", "-c", "SELECT n > 20 AS x FROM counted")
		return strings.Contains(out, "true")
	})
	path := func(name string) string { return filepath.Join(dir, name) }
	for _, x := range []struct {
		arguments      []string
		counted, every string
	}{
		{[]string{"--format", "parquet", "--out", "p"}, "'" + path("p/counted.parquet") + "'", "'" + path("p/by%20a.parquet") + "'"},
		{[]string{"--format", "csv", "--out", "c"}, "'" + path("c/counted.csv") + "'", "'" + path("c/by%20a.csv") + "'"},
	} {
		run(t, dir, 0, append([]string{"export", "--server", url}, x.arguments...)...)
		if got := query(t, "SELECT (SELECT n FROM "+x.counted+") = (SELECT sum(n) FROM "+x.every+")"); got != "true" {
			t.Errorf("%v: the views are of different commits", x.arguments)
		}
	}
	for range 3 { // the file is there already, and is replaced
		_, said := run(t, dir, 0, "export", "--server", url, "--format", "duckdb", "--out", "copy.duckdb")
		if !strings.Contains(said, "counted: 1 rows of epoch") {
			t.Errorf("it said %q", said)
		}
	}
	db, err := sql.Open("duckdb", path("copy.duckdb"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var same bool
	var of string
	err = db.QueryRow(`SELECT (SELECT n FROM counted) = (SELECT sum(n) FROM "by a"), (SELECT string_agg(data_type, ' ' ORDER BY column_index) FROM duckdb_columns() WHERE table_name = 'by a')`).Scan(&same, &of)
	if err != nil || !same || of != "INTEGER BIGINT HUGEINT STRUCT(x INTEGER) TIMESTAMP WITH TIME ZONE" {
		t.Errorf("one commit: %t, types %q, %v", same, of, err)
	}
	run(t, dir, 0, "export", "--server", url, "--out", "one.parquet", "COUNTED")
	run(t, dir, 0, "export", "--server", url, "--format", "csv", "--out", "two.csv", "--sql", "SELECT 'a,b' AS x, 6 * 7 AS y")
	if got, _ := os.ReadFile(path("two.csv")); string(got) != "x,y\n\"a,b\",42\n" {
		t.Errorf("%q", got)
	}
	for message, arguments := range map[string][]string{"there is no view or table": {"--out", "q", "nosuch"}, `Referenced column "nosuch" not found`: {"--out", "q", "--sql", "SELECT nosuch FROM counted"},
		"allowed are parquet, duckdb, csv": {"--out", "q", "--format", "xls"}, "a file has one view": {"--out", "q.parquet"}, "not both": {"--out", "q", "--sql", "SELECT 1", "counted"},
		"Could not convert": {"--out", "q", "--sql", "SELECT CAST('x' || range AS INT) FROM range(100000)"}} {
		if _, said := run(t, dir, 1, append([]string{"export", "--server", url}, arguments...)...); !strings.Contains(said, message) {
			t.Errorf("%v: %s", arguments, said)
		}
	}
	close(stop)
	n := <-sent
	p.eventually("all events count", func() bool {
		out, _ := run(t, dir, 0, "sql", "--server", url, "--format", "csv", "-c", fmt.Sprintf("SELECT n = %d AS x FROM counted", n))
		return strings.Contains(out, "true")
	})
	if code := p.terminate(); code != 0 {
		t.Fatal(p.stderr.String())
	}
	run(t, dir, 0, "export", "--db", "x.duckdb", "--out", "last.parquet", "counted")
	if got := query(t, "SELECT n FROM '"+path("last.parquet")+"'"); got != fmt.Sprint(n) {
		t.Errorf("%s events of %d are in the file", got, n)
	}
	left, _ := filepath.Glob(path("*/.*.part*"))
	more, _ := filepath.Glob(path(".*.part*"))
	if len(left)+len(more) > 0 {
		t.Errorf("%v %v are left", left, more)
	}
}

// TestOperationsExport runs the example of weir export in docs/operations.md as it stands, and wants what the page shows.
func TestOperationsExport(t *testing.T) {
	page, err := os.ReadFile("../../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(page), "## Exports")
	if !found {
		t.Fatal("docs/operations.md does not tell about exports")
	}
	want := regexp.MustCompile("(?s)```\n(by_sensor: .*?)```").FindStringSubmatch(section)[1]
	cmd := exec.Command("bash", "-euo", "pipefail", "-c", "exec 2>&1\n"+strings.ReplaceAll(shellBlock.FindStringSubmatch(section)[1], "bin/weir", weir))
	cmd.Dir = t.TempDir()
	out, err := cmd.Output()
	if err != nil || string(out) != want {
		t.Errorf("%v, got\n%s\nwant\n%s", err, out, want)
	}
}

// sendOne sends an event, and returns the answer's status; 0 if there was none.
func sendOne(url string, a int) int {
	answer, err := http.Post(url+"/v1/sources/ev/events", "application/json", strings.NewReader(fmt.Sprintf(`{"a": %d, "b": %d}`, a, a)))
	if err != nil {
		return 0
	}
	answer.Body.Close()
	return answer.StatusCode
}
