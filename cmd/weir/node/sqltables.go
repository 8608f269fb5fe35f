package node

import (
	"context"
	"database/sql"
	"errors"

	"github.com/weirdb/weir/sql/catalog"
	"github.com/weirdb/weir/sql/planner"
)

// SQLTables gives a catalog the plain tables of any DuckDB.
type SQLTables struct {
	Conn     *sql.Conn
	Database string // as DuckDB names it
	ReadOnly bool
	Hidden   func(table string) bool // tables that do not count; nil if all do
}

var _ catalog.Tables = SQLTables{}

// Tables implements catalog.Tables.
func (t SQLTables) Tables() ([]catalog.Table, error) {
	const query = `SELECT table_name, column_name, data_type FROM duckdb_columns() JOIN duckdb_tables() USING (database_name, schema_name, table_name)
		WHERE database_name = ? AND schema_name = 'main' ORDER BY table_name, column_index`
	rows, err := t.Conn.QueryContext(context.Background(), query, t.Database)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []catalog.Table
	for rows.Next() {
		var table string
		var c planner.Column
		if err := rows.Scan(&table, &c.Name, &c.Type); err != nil {
			return nil, err
		}
		if t.Hidden != nil && t.Hidden(table) {
			continue
		}
		if n := len(out); n == 0 || out[n-1].Name != table {
			out = append(out, catalog.Table{Name: table})
		}
		last := &out[len(out)-1]
		last.Columns = append(last.Columns, c)
	}
	return out, rows.Err()
}

// Execute implements catalog.Tables.
func (t SQLTables) Execute(_, text string) error {
	if t.ReadOnly {
		return errors.New("tables cannot be changed here")
	}
	_, err := t.Conn.ExecContext(context.Background(), text)
	return err
}
