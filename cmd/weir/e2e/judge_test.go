package e2e

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2" // registers the driver "duckdb"
	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/engine/types"
)

// judge is a DuckDB that has the events as table ev and weir's database attached as r.
type judge struct {
	t    *testing.T
	conn *sql.Conn
	done func()
}

// newJudge attaches weir's database, which must not be in use.
func newJudge(t *testing.T, database string) *judge {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	j := &judge{t, conn, func() { conn.Close(); db.Close() }}
	t.Cleanup(j.done)
	j.exec("SET TimeZone = 'UTC'; SET memory_limit = '2GB'; " + duckdb.WindowMacros())
	j.exec("ATTACH " + types.QuoteString(database) + " AS r (READ_ONLY)")
	return j
}

// judgeLines also loads JSON lines as the events.
func judgeLines(t *testing.T, database string, lines []byte) *judge {
	t.Helper()
	j := newJudge(t, database)
	path := filepath.Join(t.TempDir(), "judged.ndjson")
	if err := os.WriteFile(path, lines, 0o600); err != nil {
		t.Fatal(err)
	}
	j.loadJSON(path)
	return j
}

// loadJSON has DuckDB read a file of JSON lines as the events.
func (j *judge) loadJSON(path string) {
	j.t.Helper()
	var declared []string
	for _, c := range strings.Split(columns, ", ") {
		name, kind, _ := strings.Cut(c, " ")
		declared = append(declared, name+": '"+kind+"'")
	}
	j.exec(fmt.Sprintf("CREATE TABLE ev AS FROM read_json(%s, columns = {%s}, format = 'newline_delimited')",
		types.QuoteString(path), strings.Join(declared, ", ")))
}

func (j *judge) exec(text string) {
	j.t.Helper()
	if _, err := j.conn.ExecContext(context.Background(), text); err != nil {
		j.t.Fatalf("%s\n%v", text, err)
	}
}

// rows are a query's rows as text, a tab between values.
func (j *judge) rows(query string) []string {
	j.t.Helper()
	out, err := j.texts("SELECT COLUMNS(*)::VARCHAR FROM (" + query + ")")
	if err != nil {
		j.t.Fatalf("%s\n%v", query, err)
	}
	return out
}

func (j *judge) texts(query string) (out []string, err error) {
	rows, err := j.conn.QueryContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	values, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		out = append(out, joined(values))
	}
	return out, rows.Err()
}

func joined(values []sql.NullString) string {
	texts := make([]string, len(values))
	for i, v := range values {
		if texts[i] = v.String; !v.Valid {
			texts[i] = "NULL"
		}
	}
	return strings.Join(texts, "\t")
}

// number is a query's only value.
func (j *judge) number(query string) int {
	j.t.Helper()
	var n int
	if err := j.conn.QueryRowContext(context.Background(), query).Scan(&n); err != nil {
		j.t.Fatalf("%s\n%v", query, err)
	}
	return n
}

// equal compares each view's table with DuckDB's answer, row by row.
func (j *judge) equal(views []view) {
	j.t.Helper()
	for _, v := range views {
		j.exec("CREATE TABLE want_" + v.name + " AS " + v.query)
		got, want := "FROM r.main."+v.name, "FROM want_"+v.name
		wrong := j.rows("SELECT 'too many', * FROM (" + got + " EXCEPT ALL " + want + ") LIMIT 5")
		wrong = append(wrong, j.rows("SELECT 'missing', * FROM ("+want+" EXCEPT ALL "+got+") LIMIT 5")...)
		n := j.number("SELECT count(*) FROM want_" + v.name)
		if len(wrong) > 0 {
			j.t.Errorf("view %s is not what DuckDB computes (%d rows), such as:\n%s", v.name, n, strings.Join(wrong, "\n"))
		}
		if n == 0 {
			j.t.Errorf("view %s compares nothing: it has no rows", v.name)
		}
	}
}

// noLateRows checks that no row came too late.
func (j *judge) noLateRows() {
	j.t.Helper()
	if late := j.rows("SELECT view, \"partition\", event_time, watermark, row FROM r.weir.late_rows LIMIT 5"); len(late) > 0 {
		j.t.Errorf("late rows, where none can be: %s", strings.Join(late, "\n"))
	}
}
