package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

// says fails unless a text contains all of some parts.
func says(t *testing.T, what, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%s: %q is not in:\n%s", what, part, text)
		}
	}
}

// small makes a folder with a file of a few events and statements over it.
func small(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	write(t, dir, "ev.ndjson", `{"id":1,"k":"a,b","n":95,"ts":"2026-01-01T00:00:01"}
{"id":2,"k":"c","n":99,"v":0.5,"ts":"2026-01-01T00:00:02"}
{"id":3,"n":98,"ts":"2026-01-01T00:00:21"}
`)
	write(t, dir, "x.sql", followed+statements(views))
	return dir
}

func TestHelp(t *testing.T) {
	dir := t.TempDir()
	out, _ := run(t, dir, 0, "--help")
	says(t, "help", out, "run", "plan", "sql", "why", "subscribe", "explain", "demo", "connectors", "completion", "verify", "test", "replay")
	out, _ = run(t, dir, 0, "run", "--help")
	says(t, "run --help", out, "--once", "--listen", "--workers", "Examples:")
	out, _ = run(t, dir, 0, "completion", "bash")
	says(t, "completion bash", out, "__start_weir")
	out, _ = run(t, dir, 0, "connectors", "file")
	says(t, "connectors file", out, "follow", "As a sink")
}

func TestExplain(t *testing.T) {
	dir := small(t)
	out, _ := run(t, dir, 0, "explain", "x.sql")
	says(t, "explain", out, "view per_window", "view per_key", "view passed", "decoded from ev")
	if entries, _ := filepath.Glob(filepath.Join(dir, "*.duckdb*")); len(entries) > 0 {
		t.Errorf("explain has made %v", entries)
	}
}

// mistakes makes a folder with files that have mistakes in them.
func mistakes(t *testing.T) (dir string) {
	t.Helper()
	dir = small(t)
	write(t, dir, "typo.sql", followed+"CREATE MATERIALIZED VIEW w AS\nSELECT cuont(*) FROM ev;")
	write(t, dir, "query.sql", "SELECT 1;")
	write(t, dir, "source.sql", strings.ReplaceAll(followed, "'json'", "'yaml'"))
	write(t, dir, "option.sql", strings.ReplaceAll(followed, "follow =", "folow ="))
	write(t, dir, "no.duckdb", "this is not a database")
	return dir
}

// Every mistake has exit code 1 and a message that says what to do.
func TestMistakes(t *testing.T) {
	for _, c := range []struct {
		args  []string
		parts []string
	}{
		{[]string{"nosuch"}, []string{`unknown command "nosuch"`}},
		{[]string{"run"}, []string{"requires at least 1 arg", "weir run [flags] FILE.sql", "weir run --help"}},
		{[]string{"why"}, []string{"accepts 1 arg", "weir why [flags] VIEW"}},
		{[]string{"sql", "--fromat", "csv"}, []string{"unknown flag: --fromat", "weir sql --help"}},
		{[]string{"sql", "--server", "127.0.0.1:1", "-c", "SELECT 1"}, []string{"--server 127.0.0.1:1: want a URL, such as http://127.0.0.1:8080"}},
		{[]string{"why", "--server", "localhost:1", "v"}, []string{"--server localhost:1: want a URL"}},
		{[]string{"run", "--once", "nosuch.sql"}, []string{"nosuch.sql", "no such file"}},
		{[]string{"run", "--once", "typo.sql"}, []string{"typo.sql: line 4, column 8", "cuont", `Did you mean "count"`, "\n         ^"}},
		{[]string{"run", "--once", "query.sql"}, []string{"line 1, column 1", "CREATE MATERIALIZED VIEW"}},
		{[]string{"run", "--once", "source.sql"}, []string{"yaml", "json", "csv", "parquet"}},
		{[]string{"run", "--once", "option.sql"}, []string{"unknown option folow (did you mean 'follow'?)"}},
		{[]string{"run", "--once", "--db", "no.duckdb", "x.sql"}, []string{"no.duckdb", "not a valid DuckDB database"}},
		{[]string{"run", "--workers", "0", "x.sql"}, []string{"--workers 0: want at least 1"}},
		{[]string{"explain", "nosuch.sql"}, []string{"nosuch.sql"}},
		{[]string{"sql", "--db", "nosuch.duckdb", "-c", "SELECT 1"}, []string{"nosuch.duckdb"}},
		{[]string{"sql", "--format", "xml", "-c", "SELECT 1"}, []string{"--format xml: allowed are table, csv, json, arrow"}},
		{[]string{"sql", "--server", "http://127.0.0.1:1", "-c", "SELECT 1"}, []string{"is a `weir run` listening there?"}},
		{[]string{"plan", "nosuch.sql"}, []string{"nosuch.sql", "no such file"}},
		{[]string{"plan", "--db", "nosuch.duckdb", "typo.sql"}, []string{"typo.sql: line 4, column 8", "cuont", "\n         ^"}},
		{[]string{"plan", "--db", "no.duckdb", "x.sql"}, []string{"no.duckdb", "not a valid DuckDB database"}},
		{[]string{"plan", "--format", "xml", "x.sql"}, []string{"--format xml: allowed are table, json"}},
		{[]string{"plan", "--server", "http://127.0.0.1:1", "x.sql"}, []string{"is a `weir run` listening there?"}},
		{[]string{"verify", "--db", "nosuch.duckdb"}, []string{"nosuch.duckdb", "name it with --db"}},
		{[]string{"verify", "nosuch.sql"}, []string{"nosuch.sql", "no such file"}},
		{[]string{"test"}, []string{"requires at least 1 arg"}},
		{[]string{"test", "nosuch.test.sql"}, []string{"1 of 1 failed"}},
		{[]string{"connectors", "nosuch"}, []string{"there is no connector nosuch", "kafka"}},
	} {
		dir := mistakes(t)
		_, said := run(t, dir, 1, c.args...)
		says(t, fmt.Sprint(c.args), said, c.parts...)
		made, _ := filepath.Glob(filepath.Join(dir, "*.duckdb")) // the pattern is right
		if strings.Contains(fmt.Sprint(c.args), "nosuch") && len(made) > 1 {
			t.Errorf("%v has made %v", c.args, made)
		}
	}
}

// What another process holds is named.
func TestTaken(t *testing.T) {
	dir := small(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, said := run(t, dir, 1, "run", "--db", "x.duckdb", "--listen", listener.Addr().String(), "x.sql")
	says(t, "port taken", said, listener.Addr().String(), "address already in use", "--listen")
	p := follow(t, dir)
	p.read(3)
	pid := fmt.Sprintf("pid %d", p.cmd.Process.Pid)
	_, said = run(t, dir, 1, "run", "--db", "x.duckdb", "--once", "x.sql")
	says(t, "database taken", said, "x.duckdb is open in another process", pid)
	_, said = run(t, dir, 1, "sql", "--db", "x.duckdb", "-c", "SELECT 1")
	says(t, "database taken", said, "x.duckdb is open in another process", pid, "asked without --db")
}

// weir sql asks a running weir, in every format, and can only read.
func TestSQL(t *testing.T) {
	dir := small(t)
	p := follow(t, dir)
	p.read(3)
	ask := func(code int, format, statement string) (string, string) {
		return run(t, dir, code, "sql", "--server", p.url(), "--format", format, "-c", statement)
	}
	query := "SELECT id, k, ts FROM passed ORDER BY id"
	out, _ := ask(0, "table", query)
	says(t, "table", out, "│ id │ k", "│ 1  │ A,B  │ 2026-01-01T00:00:01 │", "│ 3  │ NULL │")
	out, _ = ask(0, "csv", query)
	if want := "id,k,ts\n1,\"A,B\",2026-01-01T00:00:01\n2,C,2026-01-01T00:00:02\n3,,2026-01-01T00:00:21\n"; out != want {
		t.Errorf("csv: %q, want %q", out, want)
	}
	out, _ = ask(0, "json", query)
	var reply struct{ Rows [][]any }
	if err := json.Unmarshal([]byte(out), &reply); err != nil || len(reply.Rows) != 3 || reply.Rows[0][1] != "A,B" {
		t.Errorf("json: %v in %s", err, out)
	}
	out, _ = ask(0, "arrow", query)
	checkArrow(t, out)
	out, _ = ask(0, "table", "SHOW VIEWS")
	says(t, "SHOW VIEWS", out, "per_window", "per_key", "passed")
	out, _ = ask(0, "csv", "SELECT count(*) AS c FROM tumble(passed, ts, INTERVAL '10 seconds')")
	says(t, "a window in a query", out, "c\n3\n")
	for statement, part := range map[string]string{
		"INSERT INTO passed SELECT * FROM passed":            "tables can be changed here only if weir runs with --writable",
		"DROP TABLE passed":                                  "tables can be changed here only if weir runs with --writable",
		"FROM read_csv('/etc/passwd')":                       "read_csv is not allowed",
		"FROM '/etc/passwd'":                                 "/etc/passwd",
		"SELECT nosuch FROM passed":                          "line 1, column 8",
		"SELECT 1; SELECT 2":                                 "only one statement",
		"COPY passed TO 'stolen.csv'":                        "only one statement that reads",
		"SET memory_limit = '1TB'":                           "only one statement that reads",
		"ATTACH 'other.duckdb'":                              "only one statement that reads",
		"WITH x AS (DELETE FROM passed RETURNING *) FROM x":  "",
		"SELECT getenv('HOME')":                              "",
		"CREATE MATERIALIZED VIEW more AS SELECT id FROM ev": "put the statement into the files that `weir run` is given",
		"DROP MATERIALIZED VIEW passed":                      "put the statement into the files that `weir run` is given",
	} {
		_, said := ask(1, "table", statement)
		says(t, statement, said, "weir: ", part)
	}
}

func checkArrow(t *testing.T, stream string) {
	t.Helper()
	r, err := ipc.NewReader(bytes.NewReader([]byte(stream)))
	if err != nil {
		t.Fatalf("arrow: %v", err)
	}
	defer r.Release()
	var ids []int64
	for r.Next() {
		ids = append(ids, r.RecordBatch().Column(0).(*array.Int64).Values()...)
	}
	if fmt.Sprint(ids) != "[1 2 3]" || r.Err() != nil {
		t.Errorf("arrow: ids %v, want [1 2 3] (%v)", ids, r.Err())
	}
}

// The HTTP API answers, and shutting down does not wait for those who listen.
func TestHTTP(t *testing.T) {
	dir := small(t)
	p := follow(t, dir, "--commit-interval", "50ms")
	p.read(3)
	says(t, "/healthz", get(t, p.url()+"/healthz", http.StatusOK), "ok")
	says(t, "/readyz", get(t, p.url()+"/readyz", http.StatusOK), "ready")
	says(t, "/metrics", get(t, p.url()+"/metrics", http.StatusOK), `weir_`, `view="per_window"`, `source="ev"`)
	says(t, "/v1/views", get(t, p.url()+"/v1/views", http.StatusOK), "per_window", "per_key", "passed")
	get(t, p.url()+"/v1/views/nosuch", http.StatusNotFound)
	get(t, p.url()+"/v1/nosuch", http.StatusNotFound)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.url()+"/v1/views/passed/changes", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", "text/event-stream")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	events := bufio.NewScanner(response.Body)
	waitFor(t, events, `"columns"`)
	appendTo(t, dir, []byte(`{"id":4,"k":"live","n":97,"ts":"2026-01-01T00:00:30"}`+"\n"))
	waitFor(t, events, `[1,4,"LIVE",`)
	if code := p.terminate(); code != 0 {
		t.Errorf("exit code %d with a listener: %s", code, p.stderr.String())
	}
	waitFor(t, events, "event: end")
}

// waitFor reads a stream up to a line that contains some text.
func waitFor(t *testing.T, lines *bufio.Scanner, text string) {
	t.Helper()
	for lines.Scan() {
		if strings.Contains(lines.Text(), text) {
			return
		}
	}
	t.Fatalf("the stream ended before %s: %v", text, lines.Err())
}

func TestSubscribeCommand(t *testing.T) {
	dir := small(t)
	url := follow(t, dir).url()
	p := start(t, dir, "subscribe", "--server", url, "--snapshot", "--format", "csv", "passed")
	p.eventually("the rows are printed", func() bool { return strings.Count(p.stdout.String(), "\n") == 4 })
	says(t, "csv", p.stdout.String(), "weir_epoch,weir_weight,id,k,twice,ts\n", `,1,1,"A,B",,2026-01-01T00:00:01`, ",1,2,C,1")
	if code := p.terminate(); code != 0 {
		t.Errorf("exit code %d: %s", code, p.stderr.String())
	}
	for _, c := range [][]string{
		{"--format", "xml", "passed", "allowed are ndjson, table, csv"},
		{"nosuch", `there is no view "nosuch"`},
		{"--from-epoch", "99", "passed", "subscribe --snapshot"},
	} {
		_, said := run(t, dir, 1, append([]string{"subscribe", "--server", url}, c[:len(c)-1]...)...)
		says(t, strings.Join(c, " "), said, c[len(c)-1])
	}
}
