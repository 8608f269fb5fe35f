package slt

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	_ "github.com/duckdb/duckdb-go/v2" // registers the driver "duckdb"
	"github.com/weirdb/weir/cmd/weir/node"
	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/engine/metadata"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/catalog"
)

// batch is the judge: a DuckDB in which sources are tables of all events, and views are tables of their SELECTs.
type batch struct {
	db   *sql.DB
	conn *sql.Conn
	dir  string
	// patience is how long a statement may take; 0 for ever.
	patience time.Duration
}

// errTooLarge says that a statement took longer than there was patience for.
var errTooLarge = errors.New("DuckDB takes too long")

func newBatch(dir string) (*batch, error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(context.Background())
	if err != nil {
		return nil, err
	}
	b := &batch{db: db, conn: conn, dir: dir}
	if err := duckdb.RegisterDetectors(conn, node.Detectors()); err != nil {
		return nil, err
	}
	// With statistics, DuckDB computes some functions in other ways: substring('b', -4, 2) depends on whether all texts are ASCII, and
	// date_trunc fails for the greatest value of a column that no row is left of.
	return b, b.exec("SET TimeZone = 'UTC'; SET threads = 1; SET memory_limit = '2GB'; SET disabled_optimizers = 'statistics_propagation'; " + duckdb.WindowMacros())
}

func (b *batch) close() { b.conn.Close(); b.db.Close() }

func (b *batch) exec(text string) error {
	ctx := context.Background()
	if b.patience > 0 {
		limited, cancel := context.WithTimeout(ctx, b.patience)
		defer cancel()
		ctx = limited
	}
	_, err := b.conn.ExecContext(ctx, text)
	if ctx.Err() != nil {
		return errTooLarge
	}
	return err
}

// load makes a table of a source's events, read by DuckDB itself. Events that it cannot read are left out, one by one.
func (b *batch) load(s *catalog.Source, events []placed) error {
	defs := make([]string, len(s.Columns))
	for i, c := range s.Columns {
		defs[i] = types.QuoteIdent(c.Name) + " " + c.Type.String()
	}
	if err := b.exec(fmt.Sprintf("CREATE TABLE %s (%s)", types.QuoteIdent(s.Name), strings.Join(defs, ", "))); err != nil {
		return err
	}
	if len(events) == 0 {
		return nil
	}
	if len(metadata.Plain(s.Columns)) == len(s.Columns) && b.insert(s, events...) == nil {
		return b.deduplicate(s)
	}
	for _, e := range events {
		_ = b.insert(s, e) // what DuckDB refuses is a dead letter
	}
	return b.deduplicate(s)
}

// deduplicate deletes the events of a source with a unique_key that came before, by the definition in docs/sql.md. They came in the
// order of the table.
func (b *batch) deduplicate(s *catalog.Source) error {
	if s.Unique == nil {
		return nil
	}
	keys := make([]string, len(s.Unique.Keys))
	for i, k := range s.Unique.Keys {
		keys[i] = types.QuoteIdent(k.Name)
	}
	by, time := strings.Join(keys, ", "), types.QuoteIdent(s.Unique.Time.Name)
	return b.exec(fmt.Sprintf(`DELETE FROM %[1]s WHERE rowid IN (SELECT id FROM (
		SELECT rowid AS id, min(rowid) OVER (PARTITION BY %[2]s ORDER BY %[3]s
			RANGE BETWEEN to_microseconds(%[4]d) PRECEDING AND to_microseconds(%[4]d) FOLLOWING) AS first
		FROM %[1]s WHERE isfinite(%[3]s) AND %[5]s) WHERE first < id)`,
		types.QuoteIdent(s.Name), by, time, s.Unique.Within, strings.Join(keys, " IS NOT NULL AND ")+" IS NOT NULL"))
}

// insert appends events to a source's table. They are from one place, if the source has columns that tell it.
func (b *batch) insert(s *catalog.Source, events ...placed) error {
	var columns, values []string
	lines := make([]string, len(events))
	for i, e := range events {
		lines[i] = e.line
	}
	for _, c := range s.Columns {
		switch name := types.QuoteIdent(c.Name); c.Name {
		case metadata.Partition:
			values = append(values, fmt.Sprintf("CAST(%s AS %s)", types.QuoteString(events[0].partition), c.Type))
		case metadata.Offset:
			values = append(values, fmt.Sprint(events[0].offset))
		default:
			columns, values = append(columns, name+": "+types.QuoteString(c.Type.String())), append(values, name)
		}
	}
	path := filepath.Join(b.dir, s.Name+".ndjson")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		return err
	}
	return b.exec(fmt.Sprintf("INSERT INTO %s SELECT %s FROM read_json(%s, columns = {%s}, format = 'newline_delimited', auto_detect = false, hive_partitioning = false)",
		types.QuoteIdent(s.Name), strings.Join(values, ", "), types.QuoteString(path), strings.Join(columns, ", ")))
}

// eventTimes are the event times of a source's events, in order; an event that cannot be read has the time of the one before.
func (b *batch) eventTimes(s *catalog.Source, lines []string) ([]int64, error) {
	column := types.QuoteIdent(s.Columns[s.EventTime].Name)
	out := make([]int64, len(lines))
	last := int64(0)
	for i, line := range lines {
		if err := b.exec("DROP TABLE IF EXISTS " + types.QuoteIdent(s.Name)); err != nil {
			return nil, err
		}
		if err := b.load(s, []placed{{line: line}}); err != nil {
			return nil, err
		}
		var t sql.NullInt64
		err := b.conn.QueryRowContext(context.Background(), fmt.Sprintf("SELECT epoch_us(%s) FROM %s", column, types.QuoteIdent(s.Name))).Scan(&t)
		if err == nil && t.Valid {
			last = t.Int64
		}
		out[i] = last
	}
	return out, b.exec("DROP TABLE IF EXISTS " + types.QuoteIdent(s.Name))
}

// views computes all views as tables. One that others read is a view while these are computed, so that DuckDB computes the composed
// SELECTs over the sources. The errors of those that fail are returned by name.
func (b *batch) views(c *catalog.Catalog) map[string]error {
	views := c.Views
	var inner []*catalog.View
	for _, v := range views {
		if slices.ContainsFunc(views, func(x *catalog.View) bool { return x.ReadsView(v.Name) }) {
			inner = append(inner, v)
		}
	}
	failed := c.DefineIn(inner, b.exec)
	note := func(v *catalog.View, err error) {
		if err != nil && failed[v.Name] == nil {
			failed[v.Name] = err
		}
	}
	for _, v := range views {
		if slices.Contains(inner, v) {
			note(v, b.view(v, innerName(v), "FROM "+types.QuoteIdent(v.Name)))
		} else {
			note(v, b.view(v, types.QuoteIdent(v.Name), v.Computed))
		}
	}
	for _, v := range inner {
		note(v, b.exec("DROP VIEW IF EXISTS "+types.QuoteIdent(v.Name)))
		if failed[v.Name] == nil {
			note(v, b.exec(fmt.Sprintf("ALTER TABLE %s RENAME TO %s", innerName(v), types.QuoteIdent(v.Name))))
		}
	}
	return failed
}

// innerName is the table of a view that others read, while the view itself has the name.
func innerName(v *catalog.View) string { return types.QuoteIdent("table of " + v.Name) }

// view computes a query as a table, which must have the columns of the view.
func (b *batch) view(v *catalog.View, table, query string) error {
	if err := b.exec(fmt.Sprintf("CREATE OR REPLACE TABLE %s AS %s", table, query)); err != nil {
		return err
	}
	rows, err := b.rows("SELECT column_name, column_type FROM (DESCRIBE " + table + ")")
	if err != nil {
		return err
	}
	for i, c := range v.Columns {
		want, err := b.rows("SELECT typeof(NULL::" + c.Type.String() + ")") // as DuckDB spells it
		if err != nil {
			return err
		}
		if got := strings.Split(rows[i], "\t"); got[0] != c.Name || got[1] != want[0] {
			return fmt.Errorf("column %d is %s %s, in DuckDB %s %s", i, c.Name, c.Type, got[0], got[1])
		}
	}
	return nil
}

func (b *batch) rows(query string) ([]string, error) { return textRows(b.conn, query) }

// textRows runs a query and prints its rows as test files have them.
func textRows(conn *sql.Conn, query string) ([]string, error) {
	text := "SELECT COLUMNS(*)::VARCHAR FROM (" + strings.TrimRight(strings.TrimSpace(query), ";") + "\n)"
	written, err := node.Detectors().Rewrite(text, func(query, argument string) (answer string, err error) {
		err = conn.QueryRowContext(context.Background(), query, argument).Scan(&answer)
		return answer, err
	})
	if err != nil {
		return nil, err
	}
	rows, err := conn.QueryContext(context.Background(), written.SQL)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var out []string
	for rows.Next() {
		values := make([]sql.NullString, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		out = append(out, printRow(values))
	}
	return out, rows.Err()
}

func printRow(values []sql.NullString) string {
	texts := make([]string, len(values))
	for i, v := range values {
		switch {
		case !v.Valid:
			texts[i] = "NULL"
		case v.String == "":
			texts[i] = "(empty)"
		default:
			texts[i] = v.String
		}
	}
	return strings.Join(texts, "\t")
}
