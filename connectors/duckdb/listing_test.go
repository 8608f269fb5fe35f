package duckdb

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/weirdb/weir/engine/types"
)

func TestListTables(t *testing.T) {
	s := testStore(t)
	check(t, s.CreateView(ctx, "v", []types.Field{{Name: "a", Type: types.Of(types.Integer)}, {Name: "seen", Type: types.Of(types.Timestamp)}}))
	check(t, s.Change(ctx, func(c *Catalog) error {
		_, err := c.Execute("CREATE TABLE rates (country VARCHAR, rate DECIMAL(9, 4))")
		if err == nil {
			_, err = c.Execute("COMMENT ON COLUMN rates.rate IS 'to CHF'")
		}
		return err
	}))
	tables, truncated, err := s.ListTables(ctx, 1000)
	check(t, err)
	want := ListedTable{Schema: "main", Name: "rates", Columns: []ListedColumn{{"country", "VARCHAR", ""}, {"rate", "DECIMAL(9,4)", "to CHF"}}}
	if diff := cmp.Diff(want, tables[0]); diff != "" || truncated || tables[1].Name != "v" {
		t.Errorf("%s %v", diff, tables[:2])
	}
	if i := slices.IndexFunc(tables, func(t ListedTable) bool { return t.Schema == "weir" && t.Name == "late_rows" }); i < 0 || tables[i].Comment == "" {
		t.Errorf("the tables of schema weir are not among %v", tables)
	}
	if tables, truncated, err = s.ListTables(ctx, 3); err != nil || !truncated || len(tables) != 2 || len(tables[1].Columns) != 1 {
		t.Errorf("three columns: %v, truncated %t, %v", tables, truncated, err)
	}
}

// TestListFunctions: what is listed is what the sandbox lets pass.
func TestListFunctions(t *testing.T) {
	s := testStore(t)
	functions, err := s.ListFunctions(ctx)
	check(t, err)
	find := func(name string) *ListedFunction {
		i := slices.IndexFunc(functions, func(f ListedFunction) bool { return f.Name == name })
		if i < 0 {
			return nil
		}
		return &functions[i]
	}
	for name, kind := range map[string]string{"lower": "scalar", "sum": "aggregate", "range": "table", "tumble": "window", "session": "window", "list_append": "macro"} {
		if f := find(name); f == nil || f.Kind != kind || len(f.Parameters) == 0 && kind != "table" {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if f := find("tumble"); f == nil || !slices.Equal(f.Parameters, []string{"t", "ts", "size"}) || f.Example == "" {
		t.Errorf("tumble: %+v", f)
	}
	for _, name := range append([]string{"read_csv", "glob", "duckdb_settings"}, forbiddenFunctions...) {
		if f := find(name); f != nil {
			t.Errorf("%s is listed", name)
		}
	}
	if len(functions) < 400 {
		t.Errorf("only %d functions", len(functions))
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := s.ListFunctions(cancelled); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestCandidates(t *testing.T) {
	for list, want := range map[string][]string{"": nil, "a": {"a"}, "a, b": {"a", "b"},
		"sum(DECIMAL(18,3)) -> DECIMAL,avg(DOUBLE, INTEGER) -> DOUBLE": {"sum(DECIMAL(18,3)) -> DECIMAL", "avg(DOUBLE, INTEGER) -> DOUBLE"}} {
		if got := candidatesOf(list); !slices.Equal(got, want) {
			t.Errorf("%q: %q", list, got)
		}
	}
	s := testStore(t)
	check(t, s.CreateView(ctx, "v", []types.Field{{Name: "channel", Type: types.Of(types.Varchar)}}))
	for sql, want := range map[string]string{"SELECT chanel FROM v": "channel", "SELECT lowr('A')": "lower"} {
		_, err := s.Describe(ctx, sql)
		var e *Error
		if !errors.As(err, &e) || !slices.Contains(e.Candidates, want) {
			t.Errorf("%s: %+v %v", sql, e, err)
		}
	}
}
