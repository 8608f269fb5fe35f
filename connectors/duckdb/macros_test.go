package duckdb

import (
	"strings"
	"testing"

	"github.com/weirdb/weir/engine/types"
)

// TestMacros: queries may use the macros that were defined, and get nothing through them that they would not get without.
func TestMacros(t *testing.T) {
	s := testStore(t)
	define := func(name, sql string) {
		t.Helper()
		err := s.Change(t.Context(), func(c *Catalog) error {
			if err := c.DefineMacro(name, sql); err != nil {
				return err
			}
			return c.Put(Entry{Kind: "MACRO", Name: name, SQL: sql})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := s.CreateView(t.Context(), "v", []types.Field{{Name: "a", Type: types.Of(types.Integer)}}); err != nil {
		t.Fatal(err)
	}
	define("twice", "CREATE OR REPLACE MACRO twice(x) AS x * 2")
	define("All of", `CREATE OR REPLACE MACRO "All of"(t) AS TABLE FROM query_table(t)`)
	define("over_a_source", "CREATE OR REPLACE MACRO over_a_source() AS TABLE FROM bid") // there is no such table
	define("twofold", "CREATE OR REPLACE MACRO twofold(x) AS TABLE SELECT 2 * x")
	define("rows_of", "CREATE OR REPLACE MACRO rows_of(t) AS (SELECT count(*) FROM query_table(t))")
	define("through", `CREATE OR REPLACE MACRO through(t) AS TABLE FROM "All of"(t)`)
	define("read_csv", "CREATE OR REPLACE MACRO read_csv(x) AS TABLE SELECT x")
	for sql, want := range map[string]string{
		"SELECT twice(3)":                               "",
		`SELECT count(*) FROM "all OF"(v)`:              "",
		`FROM "All of"('v')`:                            "",
		"FROM over_a_source()":                          "over_a_source",
		`FROM "All of"(pg_settings)`:                    "pg_settings is not allowed",
		`FROM "All of"('main.duckdb_logs')`:             "duckdb_logs is not allowed",
		`FROM "All of"(['v', 'pg_settings'])`:           "pg_settings is not allowed",
		"SELECT rows_of('v'), twice(1 + 2)":             "",
		"SELECT rows_of('pg_settings')":                 "pg_settings is not allowed",
		"SELECT rows_of(concat('pg_', 'settings'))":     "not computed",
		"FROM through(concat('pg_', 'settings'))":       "not computed",
		`FROM "All of"('pg_' || 'settings')`:            "not computed",
		`FROM "All of"([concat('pg_', 'settings')])`:    "not computed",
		`FROM "All of"(CASE WHEN true THEN 'v' END)`:    "not computed",
		"FROM twofold(3)":                               "",
		`FROM "All of"(CAST('pg_settings' AS VARCHAR))`: "pg_settings is not allowed",
		"FROM read_csv('x')":                            "",
		"FROM system.main.read_csv('/etc/motd')":        "read_csv is not allowed",
		"FROM nosuch()":                                 "nosuch is not allowed",
	} {
		rows, err := s.Query(t.Context(), sql, Limits{})
		if err == nil {
			rows.Release()
		}
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", sql, err, want)
		}
	}
	name := "pg_settings"
	if _, err := s.QueryWith(t.Context(), `FROM "All of"($1)`, []*string{&name}, Limits{}); err == nil || !strings.Contains(err.Error(), "not as a parameter") {
		t.Errorf("a parameter as the name of a table: %v", err)
	}
	err := s.Change(t.Context(), func(c *Catalog) error { return c.DropMacro("twice") })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Query(t.Context(), "SELECT twice(3)", Limits{}); err == nil {
		t.Error("twice is there still")
	}
}
