package duckdb

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

func attempt(s *Store, sql string) error {
	bounded, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	rows, err := s.Query(bounded, sql, Limits{})
	if err != nil {
		return err
	}
	defer rows.Release()
	for rows.Next() {
	}
	return rows.Err()
}

// attacks are statements that must be refused. FILE stands for a CSV file that exists, NEW for one that does not.
var attacks = []string{
	// not one statement that reads
	"", ";", "--", "SELECT 1; SELECT 2", "SELECT 1; DROP TABLE v", "EXPLAIN SELECT 1; DROP TABLE v", "SELECT 1\x00; DROP TABLE v",
	"DROP TABLE v", "CREATE TABLE x AS SELECT 1", "CREATE TEMP TABLE x AS SELECT 1", "CREATE VIEW x AS SELECT 1", "CREATE MACRO m() AS 1",
	"INSERT INTO v VALUES (1)", "UPDATE v SET a = 2", "DELETE FROM v", "TRUNCATE v", "ALTER TABLE v ADD COLUMN b INTEGER",
	"WITH x AS (INSERT INTO v VALUES (1) RETURNING *) FROM x", "WITH x AS (DELETE FROM v RETURNING *) SELECT * FROM x",
	"MERGE INTO v USING (SELECT 1 AS a) s ON v.a = s.a WHEN MATCHED THEN DELETE",
	"EXPLAIN DELETE FROM v", "EXPLAIN ANALYZE DELETE FROM v", "EXPLAIN (FORMAT JSON) DROP TABLE v", "EXPLAIN ANALYZE COPY v TO 'NEW'",
	"/* x */ EXPLAIN -- y\n ANALYZE INSERT INTO v VALUES (1)", "EXPLAIN EXPLAIN ANALYZE DELETE FROM v",
	"/* /* */ EXPLAIN ( */ FROM pg_settings WHERE 1 = -- )\n (SELECT 1)", "/* /* */ EXPLAIN */ FROM pg_settings", "--\rEXPLAIN SELECT '\n FROM pg_settings --'",
	"EXPLAIN (FORMAT -- )\n JSON) FROM pg_settings", "EXPLAIN ANALYZE FROM pg_settings", "EXPLAIN (ANALYZE) FROM pg_settings",
	"EXPLAIN (ANALYZE) DELETE FROM v", "EXPLAIN (ANALYZE, FORMAT JSON) DELETE FROM v",
	"BEGIN", "COMMIT", "ROLLBACK", "CHECKPOINT", "VACUUM", "ANALYZE", "USE memory", "CALL pragma_version()", "LOAD 'httpfs'", "INSTALL httpfs",
	"FORCE INSTALL httpfs", "UPDATE EXTENSIONS", "SET threads = 1", "SET GLOBAL enable_external_access = true", "RESET threads",
	"SET VARIABLE x = 1", "PRAGMA version", "PRAGMA database_list", "PRAGMA enable_profiling", "PRAGMA table_info('v')",
	"PREPARE p AS SELECT 1", "EXECUTE p", "DEALLOCATE p", "ATTACH 'NEW'", "ATTACH ':memory:' AS y", "DETACH results",
	"COPY v TO 'NEW'", "COPY (SELECT 1) TO 'NEW'", "COPY v FROM 'FILE'", "COPY FROM DATABASE results TO memory", "EXPORT DATABASE 'NEW'", "IMPORT DATABASE 'FILE'",
	"CREATE SECRET s (TYPE s3)", "DROP SECRET s", "COMMENT ON TABLE v IS 'x'", "CREATE SCHEMA x", "CREATE SEQUENCE q", "CREATE TYPE e AS ENUM ('a')",
	"SHOW DATABASES", "DESCRIBE 'FILE'", "SUMMARIZE 'FILE'", "PIVOT v ON a USING count(*)", "SELECT $1", "SELECT ?",
	// files
	"SELECT * FROM 'FILE'", `SELECT * FROM "FILE"`, "FROM read_csv('FILE')", "FROM READ_CSV_AUTO('FILE')", `FROM system.main."read_csv"('FILE')`,
	"FROM sniff_csv('FILE')", "FROM glob('*')", "FROM parquet_scan('FILE')", "FROM read_parquet('FILE')", "FROM parquet_metadata('FILE')",
	"FROM read_text('FILE')", "FROM read_blob('FILE')", "FROM read_json('FILE')", "FROM read_json_objects('FILE')", "FROM read_ndjson('FILE')", "FROM read_duckdb('FILE')",
	"SELECT (SELECT count(*) FROM read_csv('FILE'))", "SELECT * FROM v WHERE a IN (FROM read_csv('FILE'))", "WITH x AS (FROM read_csv('FILE')) FROM x",
	"WITH x AS MATERIALIZED (SELECT * FROM read_csv('FILE')) FROM x", "SELECT 1 UNION ALL SELECT a FROM read_csv('FILE')",
	"WITH RECURSIVE x AS (SELECT 1 AS a UNION ALL SELECT a FROM read_csv('FILE')) FROM x", "SELECT * FROM v JOIN read_csv('FILE') ON true",
	"SELECT * FROM v, LATERAL (SELECT * FROM read_csv('FILE'))", "DESCRIBE FROM read_csv('FILE')", "SUMMARIZE FROM read_csv('FILE')",
	"SELECT * FROM (DESCRIBE FROM read_csv('FILE'))", "EXPLAIN ANALYZE FROM read_csv('FILE')", "SELECT list_transform([1], lambda x: (SELECT count(*) FROM read_csv('FILE')))",
	"PIVOT read_csv('FILE') ON a IN (1) USING count(*)", "SELECT sum(a) OVER (ORDER BY (SELECT count(*) FROM read_csv('FILE'))) FROM v",
	"SELECT a FROM v ORDER BY (SELECT 1 FROM read_csv('FILE'))", "SELECT a FROM v LIMIT (SELECT 1 FROM read_csv('FILE'))", "VALUES ((SELECT 1 FROM read_csv('FILE')))",
	"SELECT a FROM v GROUP BY a HAVING (SELECT true FROM read_csv('FILE'))", "SELECT a FROM v QUALIFY (SELECT true FROM read_csv('FILE'))",
	"FROM tumble('FILE', a, INTERVAL '1 second')", "FROM absent('FILE', a, INTERVAL '1 second', a)", `FROM tumble("FILE", a, INTERVAL '1 second')`, "FROM hop(t := 'FILE', ts := a, slide := INTERVAL 1 s, size := INTERVAL 1 s)",
	// SQL in strings, settings, secrets, other sessions, effects
	"FROM query('SELECT 1')", "FROM query_table('v')", "FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))", "FROM sql_auto_complete('SEL')",
	"FROM duckdb_settings()", "FROM duckdb_secrets()", "FROM which_secret('x', 's3')", "FROM duckdb_variables()", "FROM duckdb_extensions()", "FROM duckdb_databases()",
	"FROM duckdb_databases", "FROM pragma_database_list", "FROM pg_settings", "FROM pg_catalog.pg_settings", "FROM system.pg_catalog.pg_settings", "FROM duckdb_logs",
	"FROM pg_prepared_statements", "FROM duckdb_temporary_files()", "FROM pragma_database_size()", "FROM pragma_storage_info('v')", "FROM duckdb_memory()",
	"FROM tumble(pg_settings, setting::TIMESTAMP, INTERVAL '1 second')", "FROM tumble('pg_catalog.pg_settings', setting::TIMESTAMP, INTERVAL '1 second')",
	"FROM tumble(['v', 'v'], ts, INTERVAL '1 second')", "FROM tumble('pg' || '_settings', ts, INTERVAL '1 second')", "FROM tumble(ts, INTERVAL '1 second', t := pg_settings)",
	"FROM checkpoint()", "FROM force_checkpoint()", "FROM enable_logging()", "FROM enable_profiling()", "FROM truncate_duckdb_logs()", "FROM arrow_scan(1, 2, 3)", "FROM seq_scan('v')",
	"SELECT current_setting('threads')", "SELECT Current_Setting('threads')", `SELECT main."current_setting"('threads')`, "SELECT 'threads'.current_setting()",
	"SELECT system.main.current_setting('threads')", "SELECT getenv('HOME')", "SELECT getvariable('x')", "SELECT nextval('q')", "SELECT currval('q')",
	"SELECT write_log('x')", "SELECT sleep_ms(1)", "SELECT pg_sleep(1)", "SELECT setseed(0.5)", "SELECT [write_log('x') FOR x IN [1]]", "SELECT list_transform([1], lambda x: write_log('x'))",
	"SELECT COLUMNS(lambda c: write_log(c) = '') FROM v", "SELECT a FROM v WHERE write_log('x') = ''", "SELECT count(*) FILTER (write_log('x') = '') FROM v",
	"SELECT json_serialize_plan('SELECT current_setting(''threads'')', optimize := true)",
	"FROM memory.main.v", "FROM temp.main.positions_in", "FROM nothing.v",
}

func TestQueriesCannotDoHarm(t *testing.T) {
	dir := t.TempDir()
	file, fresh := filepath.Join(dir, "x.csv"), filepath.Join(dir, "new")
	check(t, os.WriteFile(file, []byte("a\n1\n"), 0o644))
	s := testStore(t)
	check(t, s.CreateView(ctx, "v", []types.Field{{Name: "a", Type: types.Of(types.Integer)}}))
	check(t, commit(s, "v", engine.Batch{Rows: rowsOf(t, testSession(t), "SELECT 1 AS a")}))
	for _, sql := range attacks {
		sql = strings.NewReplacer("FILE", file, "NEW", fresh).Replace(sql)
		err := attempt(s, sql)
		if err == nil {
			t.Errorf("%s was run", sql)
		} else if strings.Contains(err.Error(), "INTERNAL") || strings.Contains(err.Error(), "exception_type") {
			t.Errorf("%s: %v", sql, err)
		}
	}
	if _, err := os.Stat(fresh); !errors.Is(err, os.ErrNotExist) {
		t.Error("a query has written a file")
	}
	if got := texts(t, s, "FROM v"); len(got) != 1 || got[0] != "1" {
		t.Errorf("the view has %v", got)
	}
	check(t, s.Commit(ctx, &engine.Commit{Epoch: 2}))
}

// Even a statement that vet does not know to refuse meets the instance's own walls.
func TestWallsBehindTheSandbox(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.csv")
	check(t, os.WriteFile(file, []byte("a\n1\n"), 0o644))
	s := testStore(t)
	check(t, s.LockDown())
	reader, err := s.reader(ctx)
	check(t, err)
	defer reader.close()
	for _, sql := range []string{
		"FROM read_csv('" + file + "')", "FROM '" + file + "'", "COPY (SELECT 1) TO '" + file + "2'", "ATTACH '" + file + "3' AS x",
		"SET threads = 1", "SET enable_external_access = true", "SET lock_configuration = false", "INSTALL httpfs", "FROM glob('/*')",
		"LOAD '" + file + "'",
	} {
		if err := reader.exec(ctx, sql); err == nil {
			t.Errorf("%s was run", sql)
		}
	}
	check(t, reader.exec(ctx, "BEGIN TRANSACTION READ ONLY"))
	if err := reader.exec(ctx, "DELETE FROM weir.checkpoint"); err == nil {
		t.Error("a read-only transaction has written")
	}
}

func TestQueriesThatAreAllowed(t *testing.T) {
	s := testStore(t)
	check(t, s.CreateView(ctx, "v", []types.Field{{Name: "a", Type: types.Of(types.Integer)}}))
	check(t, commit(s, "v", engine.Batch{Rows: rowsOf(t, testSession(t), "SELECT 1 AS a")}))
	for _, sql := range []string{
		"SELECT * FROM v", "FROM v;", " -- comment\n FROM v -- comment", "VALUES (1, 'x')", "TABLE v", "(SELECT 1)", "WITH x AS (FROM v) SELECT * FROM x, v",
		"SELECT * FROM weir.state_files", "FROM results.main.v", "FROM weir.dead_letters", "SHOW TABLES", "SHOW ALL TABLES", "SHOW v", "DESCRIBE v", "DESCRIBE SELECT 1",
		"SUMMARIZE v", "SUMMARIZE SELECT 1 AS a", "EXPLAIN FROM v", "explain analyze SELECT 1", "EXPLAIN (FORMAT JSON) SELECT 1", "EXPLAIN (ANALYZE, FORMAT json) SELECT (1)", "EXPLAIN /* x */ (SELECT 1)",
		"SELECT now(), uuid(), random(), current_user, version()", "FROM range(10)", "SELECT unnest([1, 2])", "FROM unnest([1, 2])",
		"FROM json_each('{\"a\": 1}')", "FROM duckdb_columns()", "FROM duckdb_tables()", "FROM duckdb_functions()", "FROM information_schema.tables", "FROM pg_catalog.pg_class",
		"PIVOT v ON a IN (1, 2) USING count(*)", "SELECT [x + 1 FOR x IN [1, 2]]", "SELECT sum(a) OVER () FROM v", "SELECT a FROM v UNION ALL SELECT a FROM v",
		"WITH RECURSIVE x AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM x WHERE i < 5) FROM x", "SELECT * FROM v ASOF JOIN v w ON v.a >= w.a",
		"SELECT * FROM v TABLESAMPLE 50%", "SELECT * FROM v POSITIONAL JOIN v w", "UNPIVOT v ON a", "SELECT 'read_csv', 'current_setting'", "SELECT a AS read_csv FROM v",
		"SELECT * FROM (VALUES (1)) t(current_setting)", "SELECT timezone('Europe/Berlin', now())", "SELECT EXISTS (FROM v)", "SELECT COLUMNS(*) FROM v",
	} {
		if err := attempt(s, sql); err != nil {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func TestQueriesThinkInUTC(t *testing.T) {
	s := testStore(t)
	if got := texts(t, s, "SELECT '2024-07-01 12:00:00+02'::TIMESTAMPTZ::VARCHAR")[0]; got != "2024-07-01 10:00:00+00" {
		t.Errorf("noon in Berlin is %s", got)
	}
}

// A new version of DuckDB may bring functions with effects and views about the process: they must be looked at.
func TestNoUnknownFunctionsWithEffects(t *testing.T) {
	s := testStore(t)
	known := append(forbiddenFunctions, strings.Fields(`current_connection_id current_database current_date current_query current_query_id
		current_schema current_schemas current_transaction_id error gen_random_uuid get_current_time get_current_timestamp in_search_path now
		random stats today transaction_timestamp txid_current uuid uuidv4 uuidv7`)...)
	for _, name := range texts(t, s, `SELECT DISTINCT function_name FROM duckdb_functions()
		WHERE function_type = 'scalar' AND (stability <> 'CONSISTENT' OR has_side_effects)`) {
		if !contains(known, name) {
			t.Errorf("function %s has effects: allow or forbid it", name)
		}
	}
	for _, name := range texts(t, s, `SELECT view_name FROM duckdb_views() WHERE internal AND schema_name = 'main'`) {
		if !contains(append(forbiddenViews, strings.Fields(`duckdb_columns duckdb_constraints duckdb_indexes duckdb_schemas duckdb_tables
			duckdb_types duckdb_views sqlite_master sqlite_schema sqlite_temp_master sqlite_temp_schema`)...), name) {
			t.Errorf("view %s is new: allow or forbid it", name)
		}
	}
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}

func TestQueryErrorsHavePositions(t *testing.T) {
	s := testStore(t)
	for sql, want := range map[string]Error{
		"SELEC 1":                                        {Kind: "Parser", Message: `syntax error at or near "SELEC"`, Position: 0},
		"EXPLAIN SELECT 1 +":                             {Kind: "Parser", Message: "syntax error at end of input", Position: 18},
		"SELECT * FROM nothing":                          {Kind: "Catalog", Message: "Table with name nothing does not exist!", Position: 14},
		"SELECT 1 AS a, b FROM range(10)":                {Kind: "Binder", Message: `Referenced column "b" not found in FROM clause!`, Position: 15},
		"SELECT CAST('x' || range AS INT) FROM range(3)": {Kind: "Conversion", Message: "Could not convert string 'x0' to INT32 when casting from source column column0", Position: -1},
	} {
		err := attempt(s, sql)
		var got *Error
		if !errors.As(err, &got) {
			t.Errorf("%s: %v", sql, err)
			continue
		}
		if got.Kind != want.Kind || !strings.HasPrefix(got.Message, want.Message[:20]) || want.Position >= 0 && got.Position != want.Position {
			t.Errorf("%s: %+v, want %+v", sql, *got, want)
		}
	}
	const late = "SELECT CASE WHEN range = 99999 THEN error('late') ELSE range::VARCHAR END FROM range(100000)"
	for range 100 { // the thread that fails has DuckDB end the others, one of which may be heard first
		if err := attempt(s, late); err == nil || !strings.Contains(err.Error(), "late") {
			t.Fatalf("an error after the first batches: %v", err)
		}
	}
}

func TestQueryLimits(t *testing.T) {
	s := testStore(t)
	for _, c := range []struct {
		limit, rows int64
		truncated   bool
	}{{0, 10000, false}, {10000, 10000, false}, {9999, 9999, true}, {2048, 2048, true}, {1, 1, true}, {20000, 10000, false}} {
		rows, err := s.Query(ctx, "FROM range(10000)", Limits{Rows: c.limit})
		check(t, err)
		n := int64(0)
		for rows.Next() {
			n += rows.RecordBatch().NumRows()
		}
		check(t, rows.Err())
		if n != c.rows || rows.Truncated() != c.truncated {
			t.Errorf("limit %d: %d rows, truncated %t", c.limit, n, rows.Truncated())
		}
		rows.Release()
	}
}

func TestQueryEndsWithItsContext(t *testing.T) {
	s := testStore(t)
	for _, sql := range []string{"SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b", "SELECT a.range FROM range(10000000) a, range(10000000) b"} {
		bounded, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
		rows, err := s.Query(bounded, sql, Limits{})
		if err == nil {
			for rows.Next() {
			}
			err = rows.Err()
			rows.Release()
		}
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", sql, err)
		}
	}
	check(t, s.Commit(ctx, &engine.Commit{Epoch: 1}))
}

func TestReadersSeeOneSnapshotWhileCommitsGoOn(t *testing.T) {
	s := testStore(t)
	check(t, s.CreateView(ctx, "v", []types.Field{{Name: "a", Type: types.Of(types.BigInt)}}))
	rows := rowsOf(t, testSession(t), "SELECT range AS a FROM range(3000)")
	check(t, commit(s, "v", engine.Batch{Rows: rows}))
	var readers sync.WaitGroup
	stop := make(chan struct{})
	for range 3 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					readSnapshot(t, s)
				}
			}
		})
	}
	slow, err := s.Query(ctx, "FROM v", Limits{})
	check(t, err)
	for range 30 {
		check(t, commit(s, "v", engine.Batch{Rows: rows}))
	}
	check(t, s.Checkpoint(ctx)) // readers do not keep it from running
	close(stop)
	readers.Wait()
	n := int64(0)
	for slow.Next() {
		n += slow.RecordBatch().NumRows()
	}
	check(t, slow.Err())
	slow.Release()
	if n != 3000 {
		t.Errorf("a reader that began before the commits sees %d rows", n)
	}
}

// readSnapshot compares the table with the epoch in one query: each epoch adds 3000 rows.
func readSnapshot(t *testing.T, s *Store) {
	rows, err := s.Query(ctx, "SELECT (SELECT count(*) FROM v) - 3000 * (SELECT epoch FROM weir.checkpoint)", Limits{})
	if err != nil {
		t.Error(err)
		return
	}
	defer rows.Release()
	for rows.Next() {
		if got := rows.RecordBatch().Column(0).ValueStr(0); got != "0" {
			t.Errorf("the table and the epoch are %s rows apart", got)
		}
	}
}
