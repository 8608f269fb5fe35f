package e2e

import "testing"

// TestDuplicatesAreCounted: what a view leaves out because it came before is not dropped in silence.
func TestDuplicatesAreCounted(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "x.ndjson", `{"id": 1, "ts": "2026-01-01T00:00:00"}
{"id": 1, "ts": "2026-01-01T00:00:00"}
{"id": 2, "ts": "2026-01-01T00:00:01"}
{"id": 1, "ts": "2026-01-01T00:00:00"}
`)
	write(t, dir, "x.sql", `CREATE SOURCE s (id INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '4 seconds')
		WITH (connector = 'file', path = 'x.ndjson', unique_key = 'id');
		CREATE MATERIALIZED VIEW total AS SELECT count(*) AS n FROM s;`)
	_, said := run(t, dir, 0, "run", "--db", "x.duckdb", "--once", "x.sql")
	says(t, "run", said, "view total: 4 rows in, 1 out, 0 late, 2 duplicates, ended")
	said, _ = run(t, dir, 0, "verify", "--db", "x.duckdb")
	says(t, "verify", said, "view total: equal: 1 row over 2 events; 2 duplicates left out")
}
