package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/weirdb/weir/engine/types"
)

// readers are how DuckDB reads the files of makeFiles. It has no reader for Arrow: that file has the rows of the Parquet file.
var readers = map[string]string{"csv": "read_csv", "parquet": "read_parquet", "arrow": "read_parquet"}

// Files of every other format give what DuckDB reads in them.
func TestFileFormats(t *testing.T) {
	dir := t.TempDir()
	makeFiles(t, dir)
	for format, reader := range readers {
		t.Run(format, func(t *testing.T) {
			database := format + ".duckdb"
			write(t, dir, "x.sql", sourceOf("connector = 'file', path = 'ev."+format+"', format = '"+format+"'")+statements(views))
			for _, want := range []int{30_000, 0} { // the second run finds nothing new
				_, said := run(t, dir, 0, "run", "--db", database, "--once", "x.sql")
				if n := counter(t, said, `source ev: (\d+) records, 0 dead letters`); n != want {
					t.Errorf("%d records, want %d", n, want)
				}
			}
			out, _ := run(t, dir, 0, "verify", "--ended", "--db", database, "x.sql")
			says(t, "verify", out, "view per_window: equal: ", " over 30000 events")
			j := newJudge(t, filepath.Join(dir, database))
			path := filepath.Join(dir, "ev."+format)
			if format == "arrow" {
				path = filepath.Join(dir, "ev.parquet")
			}
			j.exec("CREATE TABLE ev AS FROM " + reader + "(" + types.QuoteString(path) + ")")
			j.equal(views)
			j.noLateRows()
		})
	}
}

// makeFiles writes the same events as CSV and Parquet, by DuckDB, and as an Arrow stream, by weir sql.
func makeFiles(t *testing.T, dir string) {
	t.Helper()
	write(t, dir, "ev.ndjson", string(newEvents(newRand(t), 0).lines(nil, 30_000)))
	write(t, dir, "x.sql", sourceOf("connector = 'file', path = 'ev.ndjson', format = 'json'")+
		"CREATE MATERIALIZED VIEW same AS SELECT id, k, v, n, ts FROM ev;")
	run(t, dir, 0, "run", "--db", "same.duckdb", "--once", "x.sql")
	stream, _ := run(t, dir, 0, "sql", "--db", "same.duckdb", "--format", "arrow", "--limit", "100000", "-c", "FROM same ORDER BY id")
	if err := os.WriteFile(filepath.Join(dir, "ev.arrow"), []byte(stream), 0o600); err != nil {
		t.Fatal(err)
	}
	j := newJudge(t, filepath.Join(dir, "same.duckdb"))
	defer j.done()
	for _, format := range []string{"csv", "parquet"} {
		path := types.QuoteString(filepath.Join(dir, "ev."+format))
		j.exec("COPY (FROM r.main.same ORDER BY id) TO " + path + " (FORMAT " + format + ")")
	}
}
