package duckdb

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// ListedTable is a table that queries may read.
type ListedTable struct {
	Schema, Name, Comment string
	Columns               []ListedColumn
}

// ListedColumn is a column of a table, with its type as DuckDB writes it.
type ListedColumn struct{ Name, Type, Comment string }

// ListedFunction is a function that queries may call: of several with one name, the one with the most parameters.
type ListedFunction struct {
	Name string
	Kind string // scalar, aggregate, table, macro, or window for those that cut event time into windows
	// Parameters are their names, as DuckDB has them.
	Parameters           []string
	Description, Example string
}

// ListTables lists the tables that queries may read, those of views among them, by schema and name. It stops after max columns, and says so.
func (s *Store) ListTables(ctx context.Context, max int) (tables []ListedTable, truncated bool, err error) {
	const query = `SELECT c.schema_name, c.table_name, coalesce(t.comment, ''), c.column_name, c.data_type, coalesce(c.comment, '')
		FROM duckdb_columns() c JOIN (
			SELECT database_name, schema_name, table_name, comment, temporary FROM duckdb_tables()
			UNION ALL SELECT database_name, schema_name, view_name, comment, temporary FROM duckdb_views() WHERE schema_name = 'weir'
		) t USING (database_name, schema_name, table_name)
		WHERE database_name = $1 AND schema_name IN ('main', 'weir') AND NOT t.temporary
		ORDER BY c.schema_name, c.table_name, c.column_index LIMIT $2`
	columns := 0
	err = s.list(ctx, query, func(r row) {
		if columns++; columns > max {
			truncated = true
			return
		}
		if n := len(tables); n == 0 || tables[n-1].Schema != r.text(0) || tables[n-1].Name != r.text(1) {
			tables = append(tables, ListedTable{Schema: r.text(0), Name: r.text(1), Comment: r.text(2)})
		}
		t := &tables[len(tables)-1]
		t.Columns = append(t.Columns, ListedColumn{r.text(3), r.text(4), r.text(5)})
	}, database, int64(max+1))
	return tables, truncated, err
}

// list runs a question about the catalog on a connection of its own.
func (s *Store) list(ctx context.Context, query string, yield func(r row), args ...any) error {
	reader, err := s.reader(ctx)
	if err != nil {
		return queryError("listing", err)
	}
	defer reader.close()
	if err := reader.each(ctx, query, yield, args...); err != nil {
		return queryError("listing", err)
	}
	return nil
}

// ListFunctions lists the functions that queries may call, macros of users' among them, by name. Operators and what DuckDB keeps for
// itself are not there.
func (s *Store) ListFunctions(ctx context.Context) ([]ListedFunction, error) {
	const query = `SELECT function_name, arg_max(function_type, n), to_json(coalesce(arg_max(parameters, n), []))::VARCHAR,
			coalesce(arg_max(description, n), ''), coalesce(arg_max(examples[1], n), '')
		FROM (SELECT *, len(parameters) AS n FROM duckdb_functions())
		WHERE (database_name = 'system' OR database_name = $1) AND function_type IN ('scalar', 'aggregate', 'macro', 'table', 'table_macro')
			AND regexp_full_match(function_name, '[a-zA-Z][a-zA-Z0-9_]*')
		GROUP BY function_name ORDER BY function_name`
	var out []ListedFunction
	var failed error
	err := s.list(ctx, query, func(r row) {
		f := ListedFunction{Name: r.text(0), Kind: r.text(1), Description: strings.TrimSpace(r.text(3)), Example: r.text(4)}
		if err := json.Unmarshal([]byte(r.text(2)), &f.Parameters); err != nil {
			failed = fmt.Errorf("parameters of %s: %w", f.Name, err)
		}
		if f.allowed() {
			out = append(out, f)
		}
	}, database)
	if err == nil {
		err = failed
	}
	out = append(out, s.detectorFunctions()...)
	slices.SortFunc(out, func(a, b ListedFunction) int { return strings.Compare(a.Name, b.Name) })
	return out, err
}

// detectorFunctions are those that score, which DuckDB does not know by their names.
func (s *Store) detectorFunctions() []ListedFunction {
	if s.detectors == nil {
		return nil
	}
	out := make([]ListedFunction, len(s.detectors.Functions))
	for i, f := range s.detectors.Functions {
		out[i] = ListedFunction{Name: f.Name, Kind: "aggregate", Parameters: f.Parameters, Description: f.Description, Example: f.Example}
	}
	return out
}

// allowed settles the function's kind, and reports whether queries may call it.
func (f *ListedFunction) allowed() bool {
	name := strings.ToLower(f.Name)
	switch {
	case slices.Contains(windowMacros, name):
		f.Kind, f.Description, f.Example = "window", windowHelp[name].description, windowHelp[name].example
		return true
	case f.Kind == "table":
		return slices.Contains(readableFunctions, name)
	case f.Kind == "table_macro":
		f.Kind = "macro"
	}
	return !slices.Contains(forbiddenFunctions, name)
}

// windowHelp says what the window macros do, as windows.sql defines them.
var windowHelp = map[string]struct{ description, example string }{
	"tumble":   {"Adds window_start and window_end: each row of t in one window of size.", "tumble(t, ts, INTERVAL '10 seconds')"},
	"hop":      {"Adds window_start and window_end: each row of t in all windows of size that it falls into, of which one begins every slide.", "hop(t, ts, INTERVAL '5 seconds', INTERVAL '1 minute')"},
	"cumulate": {"Adds window_start and window_end: windows that begin every size, and grow by step up to it.", "cumulate(t, ts, INTERVAL '1 hour', INTERVAL '1 day')"},
	"absent":   {"Has a row for each key and silence longer than gap, once it is sure: the key, last_seen, and absent_since, which is gap later.", "absent(t, ts, INTERVAL '5 minutes', device)"},
	"session":  {"Adds window_start and window_end: rows of one key that are no more than gap apart belong together.", "session(t, ts, INTERVAL '30 minutes', user_id)"},
}
