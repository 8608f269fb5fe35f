package duckdb

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/weirdb/weir/engine/types"
)

// Plain tables are those that users make in schema main, beside the views' own. Views may read them.

// PlainTable is a plain table: its columns, with their types as DuckDB writes them.
type PlainTable struct {
	Name    string
	Columns []PlainColumn
}

// PlainColumn is a column of a plain table.
type PlainColumn struct{ Name, Type string }

// PlainTables lists the plain tables. One that views read has the columns that it had when the first of them was made: what is made
// of it depends on them. It is listed even if it is gone.
func (s *Store) PlainTables(ctx context.Context) ([]PlainTable, error) {
	reader, err := s.reader(ctx)
	if err != nil {
		return nil, queryError("listing tables", err)
	}
	defer reader.close()
	return plainTables(ctx, reader)
}

// PlainTables lists the plain tables as the change leaves them.
func (c *Catalog) PlainTables() ([]PlainTable, error) { return plainTables(c.ctx, c.store.session) }

func plainTables(ctx context.Context, s *session) ([]PlainTable, error) {
	kept, err := tablesOf(ctx, s, historySchema)
	if err != nil {
		return nil, err
	}
	for i := range kept {
		kept[i].Columns = kept[i].Columns[len(historyColumns):]
	}
	tables, err := tablesOf(ctx, s, "main")
	for _, t := range tables {
		if !slices.ContainsFunc(kept, func(k PlainTable) bool { return strings.EqualFold(k.Name, t.Name) }) {
			kept = append(kept, t)
		}
	}
	return kept, err
}

// tablesOf lists the tables of a schema, without those of views.
func tablesOf(ctx context.Context, s *session, schema string) ([]PlainTable, error) {
	const query = `SELECT t.table_name, c.column_name, c.data_type FROM duckdb_tables() t JOIN duckdb_columns() c USING (table_oid, database_name)
		WHERE t.database_name = $1 AND t.schema_name = $2 AND c.schema_name = $2 AND NOT t.temporary
		AND lower(t.table_name) NOT IN (SELECT lower(name) FROM weir.catalog WHERE kind = 'MATERIALIZED VIEW')
		ORDER BY t.table_name, c.column_index`
	var out []PlainTable
	err := s.each(ctx, query, func(r row) {
		if n := len(out); n == 0 || out[n-1].Name != r.text(0) {
			out = append(out, PlainTable{Name: r.text(0)})
		}
		t := &out[len(out)-1]
		t.Columns = append(t.Columns, PlainColumn{r.text(1), r.text(2)})
	}, database, schema)
	if err != nil {
		return nil, queryError("listing tables", err)
	}
	return out, nil
}

// Execute runs one statement that makes, changes or drops a plain table, and returns how many rows it changed. Errors of DuckDB are an *Error inside.
func (c *Catalog) Execute(sql string) (rows int64, err error) {
	c.changed = true
	return c.store.session.execute(c.ctx, sql)
}

// watch returns a channel that is closed when plain tables have been changed next.
func (s *Store) watch() <-chan struct{} {
	s.watching.Lock()
	defer s.watching.Unlock()
	return s.changes
}

// tell wakes those who watch plain tables.
func (s *Store) tell() {
	s.watching.Lock()
	defer s.watching.Unlock()
	close(s.changes)
	s.changes = make(chan struct{})
}

// mainTable is the full name of a plain table.
func mainTable(name string) string { return database + ".main." + types.QuoteIdent(name) }

// columnList names columns.
func (t *PlainTable) columnList() string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = types.QuoteIdent(c.Name)
	}
	return strings.Join(names, ", ")
}

// differs says how a table's columns are not those that views were made for; empty if they are.
func (t *PlainTable) differs(now *PlainTable) string {
	for i, c := range t.Columns {
		switch {
		case i >= len(now.Columns), now.Columns[i].Name != c.Name:
			return fmt.Sprintf("column %d is not %s any more", i+1, c.Name)
		case now.Columns[i].Type != c.Type:
			return fmt.Sprintf("column %s is %s, and was %s", c.Name, now.Columns[i].Type, c.Type)
		}
	}
	if len(now.Columns) > len(t.Columns) {
		return "column " + now.Columns[len(t.Columns)].Name + " is new"
	}
	return ""
}
