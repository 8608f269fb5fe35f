package duckplan

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"github.com/duckdb/duckdb-go/v2"
)

// tables are what the tests' queries read: a, b and j stand for sources, d is a table that DuckDB keeps.
var tables = map[string]string{
	"a": "ts TIMESTAMP, k BIGINT, v BIGINT, s VARCHAR, l BIGINT[]",
	"b": "ts TIMESTAMP, k BIGINT, w DOUBLE, s VARCHAR",
	"j": "ts TIMESTAMP, st STRUCT(x INTEGER, y VARCHAR), iv INTERVAL, ls STRUCT(p INTEGER)[]",
}

// openDuckDB makes a connection with the settings and tables, as the planner has.
func openDuckDB(t *testing.T) *sql.Conn {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for name, columns := range tables {
		infos := columnInfos(t, conn, columns)
		err := duckdb.RegisterTableUDF(conn, "scan_"+name, duckdb.ChunkTableFunction{
			BindArguments: func(map[string]any, ...any) (duckdb.ChunkTableSource, error) { return standIn{infos}, nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		exec(t, conn, "CREATE VIEW "+name+" AS FROM scan_"+name+"()")
	}
	exec(t, conn, "CREATE TABLE d (k BIGINT, name VARCHAR)")
	for _, s := range Settings {
		exec(t, conn, s)
	}
	return conn
}

func exec(t *testing.T, conn *sql.Conn, text string) {
	t.Helper()
	if _, err := conn.ExecContext(context.Background(), text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// standIn is a table function without rows.
type standIn struct{ columns []duckdb.ColumnInfo }

func (s standIn) ColumnInfos() []duckdb.ColumnInfo { return s.columns }
func (s standIn) Cardinality() *duckdb.CardinalityInfo {
	return &duckdb.CardinalityInfo{Cardinality: 1_000_000}
}
func (s standIn) Init()                                  {}
func (s standIn) FillChunk(chunk duckdb.DataChunk) error { return chunk.SetSize(0) }

// columnInfos asks DuckDB for the types of a table's columns.
func columnInfos(t *testing.T, conn *sql.Conn, columns string) (out []duckdb.ColumnInfo) {
	t.Helper()
	exec(t, conn, "CREATE OR REPLACE TEMP TABLE typed ("+columns+")")
	err := conn.Raw(func(raw any) error {
		prepared, err := raw.(*duckdb.Conn).PrepareContext(context.Background(), "FROM typed")
		if err != nil {
			return err
		}
		stmt := prepared.(*duckdb.Stmt)
		defer stmt.Close()
		n, err := stmt.ColumnCount()
		for i := 0; i < n && err == nil; i++ {
			var c duckdb.ColumnInfo
			if c.Name, err = stmt.ColumnName(i); err == nil {
				c.T, err = stmt.ColumnTypeInfo(i)
				out = append(out, c)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// oneLine is a query without line breaks.
func oneLine(query string) string { return strings.Join(strings.Fields(query), " ") }
