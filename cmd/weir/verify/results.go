package verify

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	_ "github.com/duckdb/duckdb-go/v2" // registers the driver "duckdb"
	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/engine/types"
)

// results is a DuckDB on disk that has the result database and the events attached, both for reading only:
//
//	weir_results   the result database
//	weir_events    the sources' events, with their positions
//	main           what the view's SELECT sees: a view for each source and for each view that it reads, and the window macros
//	weir_verify    the batch, and what differs
type results struct {
	path string // of the result database
	dir  string // for what is large
	db   *sql.DB
	conn *sql.Conn
}

// openResults attaches the result database.
func openResults(ctx context.Context, path, dir, memoryLimit string) (*results, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("result database: %w; name it with --db", err)
	}
	db, err := sql.Open("duckdb", filepath.Join(dir, "batch.duckdb"))
	if err != nil {
		return nil, fmt.Errorf("open a database for the batch: %w", err)
	}
	r := &results{path: path, dir: dir, db: db}
	if r.conn, err = db.Conn(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open a database for the batch: %w", err), db.Close())
	}
	if err := r.setUp(ctx, memoryLimit); err != nil {
		return nil, errors.Join(err, r.close())
	}
	return r, nil
}

// markers are functions that a plan may have where the text has a window macro.
const markers = `CREATE MACRO weir_verify.weir_tumble(ts, size) AS time_bucket(size, ts);`

func (r *results) setUp(ctx context.Context, memoryLimit string) error {
	err := r.exec(ctx, fmt.Sprintf("SET TimeZone = 'UTC'; SET memory_limit = %s; SET temp_directory = %s; CREATE SCHEMA weir_verify; %s %s",
		types.QuoteString(memoryLimit), types.QuoteString(filepath.Join(r.dir, "spill")), markers, duckdb.WindowMacros()))
	if err != nil {
		return fmt.Errorf("set up a database for the batch: %w", err)
	}
	if err := r.attach(ctx, r.path, "weir_results"); err != nil {
		return openError(r.path, err)
	}
	if n, err := r.number(ctx, "SELECT count(*) FROM duckdb_schemas() WHERE database_name = 'weir_results' AND schema_name = 'weir'"); err != nil || n == 0 {
		return errors.Join(fmt.Errorf("%s is not a result database of weir: it has no schema weir", r.path), err)
	}
	return errors.Join(r.positions(ctx), r.aside(ctx))
}

// aside makes weir_verify.letters and weir_verify.late: which views lack dead letters, or were given them by a replay, and late rows. A database
// of an earlier weir does not say of letters whom they concern, and has replayed none.
func (r *results) aside(ctx context.Context) error {
	n, err := r.number(ctx, `SELECT count(*) FROM duckdb_columns() WHERE database_name = 'weir_results' AND schema_name = 'weir'
		AND table_name = 'dead_letters' AND column_name = 'views'`)
	if err != nil {
		return err
	}
	whom, offset := "views, replayed", `"offset"`
	if n == 0 {
		whom, offset = "NULL::VARCHAR[] AS views, NULL::VARCHAR[] AS replayed", `NULL::BIGINT AS "offset"`
	}
	return r.exec(ctx, fmt.Sprintf(`CREATE VIEW weir_verify.letters AS SELECT source, "partition", "offset", %s FROM weir_results.weir.dead_letters;
		CREATE VIEW weir_verify.late AS SELECT view, source, "partition", event_time, watermark, row, "at", %s FROM weir_results.weir.late_rows`, whom, offset))
}

// positions makes weir_verify.positions: where each query has begun, and how far it has come. A database of an earlier weir does not say
// where, because every query began at the beginning.
func (r *results) positions(ctx context.Context) error {
	first := "0"
	n, err := r.number(ctx, "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'weir_results' AND schema_name = 'weir' AND table_name = 'starts'")
	if err != nil {
		return err
	}
	if n > 0 {
		first = `coalesce((SELECT max(s.first) FROM weir_results.weir.starts s
			WHERE s.query = p.query AND s.source = p.source AND s."partition" = p."partition"), 0)`
	}
	return r.exec(ctx, "CREATE VIEW weir_verify.positions AS SELECT p.*, "+first+" AS first FROM weir_results.weir.positions p")
}

func (r *results) attach(ctx context.Context, path, name string) error {
	return r.exec(ctx, fmt.Sprintf("ATTACH %s AS %s (READ_ONLY, TYPE duckdb)", types.QuoteString(path), name))
}

// holder finds the process that holds the lock, in DuckDB's error.
var holder = regexp.MustCompile(`Conflicting lock is held in .*\(PID ([0-9]+)\)`)

func openError(path string, err error) error {
	if m := holder.FindStringSubmatch(err.Error()); m != nil {
		return fmt.Errorf("%s is open in another process (pid %s): stop it first, because weir verify reads the file itself; "+
			"started again, it goes on where it stood", path, m[1])
	}
	return fmt.Errorf("open %s: %w", path, err)
}

func (r *results) close() error { return errors.Join(r.conn.Close(), r.db.Close()) }

func (r *results) exec(ctx context.Context, text string, args ...any) error {
	_, err := r.conn.ExecContext(ctx, text, args...)
	return err
}

// number is a query's only value.
func (r *results) number(ctx context.Context, query string, args ...any) (int64, error) {
	var n int64
	err := r.conn.QueryRowContext(ctx, query, args...).Scan(&n)
	return n, err
}

// table is a query's result as text.
func (r *results) table(ctx context.Context, query string, args ...any) (Table, error) {
	rows, err := r.conn.QueryContext(ctx, "SELECT COLUMNS(*)::VARCHAR FROM ("+query+"\n)", args...)
	if err != nil {
		return Table{}, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return Table{}, err
	}
	out := Table{Columns: columns}
	for rows.Next() {
		values, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return out, err
		}
		texts := make([]string, len(values))
		for i, v := range values {
			if texts[i] = v.String; !v.Valid {
				texts[i] = "NULL"
			}
		}
		out.Rows = append(out.Rows, texts)
	}
	return out, rows.Err()
}

// quoted are names as a list for SQL.
func quoted(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = types.QuoteIdent(n)
	}
	return strings.Join(out, ", ")
}
