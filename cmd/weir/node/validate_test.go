package node

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weirdb/weir/connectors/server"
)

// TestValidate: queries have columns, statements have none, mistakes have a place; and nothing is changed by it.
func TestValidate(t *testing.T) {
	n := open(t, filepath.Join(t.TempDir(), "weir.duckdb"), &events{}, Options{})
	apply(t, n, source+"CREATE MATERIALIZED VIEW counted AS SELECT a, count(*) AS c FROM s GROUP BY a;", "")
	for text, columns := range map[string]string{
		"SELECT a, c + 1 AS more FROM counted": "a more", "FROM counted": "a c", "SELECT 1 AS x;": "x", "SHOW VIEWS": "view source views emit select state",
		"EXPLAIN counted": "plan", "EXPLAIN SELECT 1": "explain_key explain_value", "DESCRIBE counted": "column_name column_type null key default extra",
		"CREATE MATERIALIZED VIEW x AS SELECT sum(b) FROM s":                            "",
		"DROP MATERIALIZED VIEW counted; CREATE MATERIALIZED VIEW y AS SELECT a FROM s": "",
		"CREATE TABLE t (a INTEGER)":                                                    "", "ALTER SOURCE s PAUSE": "",
	} {
		fields, err := n.Validate(t.Context(), text)
		names := make([]string, len(fields))
		for i, f := range fields {
			names[i] = f.Name
		}
		if got := strings.Join(names, " "); err != nil || got != columns {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
	for _, c := range []struct {
		text      string
		position  int
		candidate string
	}{
		{"SELECT aa FROM counted", 7, "a"}, {"SELEC 1", 0, ""}, {"SELECT 1; SELECT 2", -1, ""}, {"FROM read_csv('x')", -1, ""},
		{"CREATE SOURC x", 7, ""}, {"DROP MATERIALIZED VIEW counted;\nCREATE MATERIALIZED VIEW x AS SELECT nosuch FROM s", 69, ""},
		{"DROP SOURCE s", 0, ""}, {"CREATE", 6, ""},
	} {
		_, err := n.Validate(t.Context(), c.text)
		var e *server.UserError
		if !errors.As(err, &e) || e.Position != c.position || c.candidate != "" && !slices.Contains(e.Candidates, c.candidate) {
			t.Errorf("%s: %+v %v", c.text, e, err)
		}
	}
	if _, err := n.Validate(t.Context(), "FROM counted"); err != nil {
		t.Errorf("something was changed: %v", err)
	}
}

// TestSchema: views have their keys and times, and users' tables and macros are there.
func TestSchema(t *testing.T) {
	n := open(t, filepath.Join(t.TempDir(), "weir.duckdb"), &events{}, Options{})
	apply(t, n, ratesTable+`CREATE SOURCE timed (a BIGINT, b VARCHAR, ts TIMESTAMP, WATERMARK FOR ts AS ts) WITH (connector = 'events', format = 'json');
		CREATE MACRO twice(x) AS 2 * x;
		CREATE MATERIALIZED VIEW windowed AS SELECT window_start, window_end, b AS who, count(*) AS n FROM tumble(timed, ts, INTERVAL '1 minute') GROUP BY ALL;
		CREATE MATERIALIZED VIEW minutes AS SELECT time_bucket(INTERVAL '1 minute', ts) AS minute, a, b, max(a) AS top FROM timed GROUP BY ALL;
		CREATE MATERIALIZED VIEW hidden AS SELECT a, count(*) AS n FROM timed GROUP BY a, b;
		CREATE MATERIALIZED VIEW bare AS SELECT a, ts FROM timed;`, "")
	s, err := n.Schema(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, kind, emit, time, keys string }{
		{"windowed", "view", "close", "window_start", "who"}, {"minutes", "view", "close", "minute", "a b"}, {"hidden", "view", "changes", "", ""},
		{"bare", "view", "changes", "ts", ""}, {"rates", "table", "", "", ""}, {"dead_letters", "system", "", "at", ""},
	} {
		i := slices.IndexFunc(s.Tables, func(t server.SchemaTable) bool { return t.Name == c.name })
		if i < 0 {
			t.Errorf("%s is not there", c.name)
			continue
		}
		x := s.Tables[i]
		if x.Kind != c.kind || x.Emit != c.emit || x.Time != c.time || strings.Join(x.Keys, " ") != c.keys || len(x.Columns) == 0 {
			t.Errorf("%+v, want %+v", x, c)
		}
	}
	if !slices.ContainsFunc(s.Functions, func(f server.SchemaFunction) bool {
		return f.Name == "twice" && f.Kind == "macro" && slices.Equal(f.Parameters, []string{"x"})
	}) {
		t.Error("macro twice is not there")
	}
}
