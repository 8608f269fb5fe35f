package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const told = `CREATE MATERIALIZED VIEW told WITH (title = 'Sums', unit = 'currencyEUR') AS SELECT k, sum(n) AS total FROM ev GROUP BY k;
COMMENT ON COLUMN told.total IS 'what came in';`

// weir dashboard makes one of a file without any Weir, and one of a view of a running one, and leaves what others have done to them alone.
func TestDashboard(t *testing.T) {
	dir := small(t)
	write(t, dir, "told.sql", told)
	out, _ := run(t, dir, 0, "dashboard", "--out", "boards", "--title", "Shop", "x.sql")
	says(t, "made", out, "created", filepath.Join("boards", "weir-x.json"), "Shop, 3 views")
	out, _ = run(t, dir, 0, "dashboard", "--out", "boards", "--title", "Shop", "x.sql")
	says(t, "made again", out, "unchanged")
	out, _ = run(t, dir, 0, "dashboard", "--out", "boards", "x.sql", "told.sql")
	says(t, "another title, another file", out, "replaced", "created", "weir-told.json")
	file := filepath.Join(dir, "boards", "weir-told.json")
	text, err := os.ReadFile(file)
	if err != nil || !json.Valid(text) {
		t.Fatal(err)
	}
	says(t, "the dashboard", string(text), `"title": "Sums"`, `"value": "currencyEUR"`, `"value": "what came in"`, `"uid": "weir-told"`)
	write(t, dir, filepath.Join("boards", "weir-told.json"), strings.Replace(string(text), "Sums", "My sums", 1))
	_, problem := run(t, dir, 1, "dashboard", "--out", "boards", "--title", "", "told.sql", "x.sql")
	says(t, "one that was edited", problem, "told.sql: ") // x.sql defines the source, and comes behind it here
	out, problem = run(t, dir, 1, "dashboard", "--out", "boards", "x.sql", "told.sql")
	says(t, "one that was edited", out, "unchanged")
	says(t, "one that was edited", problem, "weir-told.json was edited, or was not made by weir dashboard: it stays as it is; --overwrite replaces it")
	run(t, dir, 0, "dashboard", "--out", "boards", "--overwrite", "x.sql", "told.sql")

	p := start(t, dir, "run", "--db", "x.duckdb", "--listen", "127.0.0.1:0", "x.sql", "told.sql")
	p.eventually("all is committed", func() bool { return p.table("SELECT count(*) FROM told") == "3" })
	out, _ = run(t, dir, 0, "dashboard", "--server", p.url(), "--out", "boards", "told")
	says(t, "of a view", out, "created", "weir-view-told", "Sums, 1 view")
	_, problem = run(t, dir, 1, "dashboard", "--server", p.url(), "tolled")
	says(t, "of no view", problem, "there is no view tolled; there are ", "told")
	_, problem = run(t, dir, 1, "dashboard")
	says(t, "of nothing", problem, "name a file of statements, or a view of a running Weir")
	out, _ = run(t, dir, 0, "dashboard", "--boards", "own")
	says(t, "Weir's own", out, filepath.Join("own", "weir", "overview.json"), filepath.Join("own", "prometheus", "sources.json"))
}

// weir.metrics has the past of a Weir that runs; weir.events keeps its starts, also over a kill.
func TestMetricsAndEvents(t *testing.T) {
	dir := small(t)
	write(t, dir, "told.sql", told)
	p := start(t, dir, "run", "--db", "x.duckdb", "--listen", "127.0.0.1:0", "x.sql", "told.sql")
	const sampled = "SELECT count(*) > 0 FROM weir.metrics WHERE metric = 'weir_query_rows_in_total' AND labels['view'] = 'told' AND value = 3"
	p.eventually("a sample is there", func() bool { return p.table(sampled) == "true" })
	p.kill()
	p = start(t, dir, "run", "--db", "x.duckdb", "--listen", "127.0.0.1:0", "x.sql", "told.sql")
	const starts = "SELECT string_agg(kind, ' ' ORDER BY \"at\") FROM weir.events"
	p.eventually("the second start is noted", func() bool { return p.table(starts) == "start start" })
	if code := p.terminate(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	out, _ := run(t, dir, 0, "sql", "--db", "x.duckdb", "-c", starts)
	says(t, "after the end", out, "start start stop")
	out, _ = run(t, dir, 0, "sql", "--db", "x.duckdb", "-c", "DESCRIBE told")
	says(t, "after the end", out, "currencyEUR", "what came in")
}
