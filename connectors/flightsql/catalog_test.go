package flightsql

import (
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
)

// TestCatalog asks what JDBC and ADBC ask to show a tree of tables.
func TestCatalog(t *testing.T) {
	address, _, _ := testServer(t, Options{})
	c := dial(t, address)
	text := func(s string) *string { return &s }
	for name, x := range map[string]struct {
		info func() (*flight.FlightInfo, error)
		want []string
	}{
		"catalogs": {func() (*flight.FlightInfo, error) { return c.GetCatalogs(t.Context()) }, []string{"results"}},
		"schemas":  {func() (*flight.FlightInfo, error) { return c.GetDBSchemas(t.Context(), &flightsql.GetDBSchemasOpts{}) }, []string{"results|main", "results|weir"}},
		"other catalog": {func() (*flight.FlightInfo, error) {
			return c.GetDBSchemas(t.Context(), &flightsql.GetDBSchemasOpts{Catalog: text("x")})
		}, nil},
		"types": {func() (*flight.FlightInfo, error) { return c.GetTableTypes(t.Context()) }, []string{"TABLE", "VIEW", "SYSTEM TABLE"}},
		"views": {func() (*flight.FlightInfo, error) {
			return c.GetTables(t.Context(), &flightsql.GetTablesOpts{TableTypes: []string{"VIEW", "TABLE"}})
		}, []string{"results|main|hot|VIEW"}},
		"pattern": {func() (*flight.FlightInfo, error) {
			return c.GetTables(t.Context(), &flightsql.GetTablesOpts{DbSchemaFilterPattern: text("w%"), TableNameFilterPattern: text("late_rows")})
		}, []string{"results|weir|late_rows|SYSTEM TABLE"}},
		"no regular expression": {func() (*flight.FlightInfo, error) {
			return c.GetTables(t.Context(), &flightsql.GetTablesOpts{TableNameFilterPattern: text("h.t")})
		}, nil},
		"keys": {func() (*flight.FlightInfo, error) {
			return c.GetPrimaryKeys(t.Context(), flightsql.TableRef{Table: "hot"})
		}, nil},
		"foreign keys": {func() (*flight.FlightInfo, error) {
			return c.GetImportedKeys(t.Context(), flightsql.TableRef{Table: "hot"})
		}, nil},
	} {
		info, err := x.info()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if rows, err := fetch(t.Context(), c, info); err != nil || !slices.Equal(rows, x.want) {
			t.Errorf("%s: %q, %v", name, rows, err)
		}
	}
}

// TestColumns: a table comes with its columns, as its rows have them, and what DuckDB calls their types.
func TestColumns(t *testing.T) {
	address, _, s := testServer(t, Options{})
	c := dial(t, address)
	name := "hot"
	info, err := c.GetTables(t.Context(), &flightsql.GetTablesOpts{TableNameFilterPattern: &name, IncludeSchema: true})
	check(t, err)
	r, err := c.DoGet(t.Context(), info.Endpoint[0].Ticket)
	check(t, err)
	defer r.Release()
	if !r.Next() || r.RecordBatch().NumRows() != 1 {
		t.Fatal("not one table")
	}
	layout, err := flight.DeserializeSchema(r.RecordBatch().Column(4).(*array.Binary).Value(0), s.Alloc)
	check(t, err)
	var got []string
	for _, f := range layout.Fields() {
		of, _ := f.Metadata.GetValue(flightsql.TypeNameKey)
		got = append(got, f.Name+" "+of)
	}
	if want := "window_start TIMESTAMP, channel VARCHAR, bids BIGINT, price DECIMAL(10,2), place STRUCT(\"room\" VARCHAR)"; strings.Join(got, ", ") != want {
		t.Errorf("%q", got)
	}
}

// TestInfo: drivers learn what they ask for, and do not fail for what is not known.
func TestInfo(t *testing.T) {
	address, _, _ := testServer(t, Options{Version: "v0.1"})
	c := dial(t, address)
	for _, ids := range [][]flightsql.SqlInfo{{flightsql.SqlInfoFlightSqlServerName, flightsql.SqlInfoFlightSqlServerVersion, 100_000}, {}, {100_000}} {
		info, err := c.GetSqlInfo(t.Context(), ids)
		check(t, err)
		rows, err := fetch(t.Context(), c, info)
		told := strings.Join(rows, " ")
		if err != nil || len(ids) == 1 && len(rows) != 0 || len(ids) == 3 && (len(rows) != 2 || !strings.Contains(told, "Weir") || !strings.Contains(told, "v0.1")) || len(ids) == 0 && len(rows) < 15 {
			t.Errorf("%v: %q, %v", ids, rows, err)
		}
	}
	varchar := int32(12)
	for of, n := range map[*int32]int{nil: len(xdbcTypes), &varchar: 2} {
		info, err := c.GetXdbcTypeInfo(t.Context(), of)
		check(t, err)
		if rows, err := fetch(t.Context(), c, info); err != nil || len(rows) != n || !strings.Contains(strings.Join(rows, "\n"), "VARCHAR|12|") {
			t.Errorf("%q, %v", rows, err)
		}
	}
}
