package planner

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/duckdb/duckdb-go/v2"
)

// windowMacros are the window functions as the planner sees them. In the result database the same names are macros in plain
// DuckDB; here each expands to a marker function, so that a window is known by its name and not by the shape of an expression.
var windowMacros = []string{
	`CREATE MACRO tumble(t, ts, size) AS TABLE
	SELECT *, weir_tumble(ts, size) AS window_start, weir_tumble(ts, size) + size AS window_end
	FROM query_table(t) WHERE ts IS NOT NULL`,
	`CREATE MACRO hop(t, ts, slide, size) AS TABLE
	SELECT *, weir_hop(ts, slide) AS window_start, weir_hop(ts, size) AS window_end FROM query_table(t)`,
	`CREATE MACRO cumulate(t, ts, step, size) AS TABLE
	SELECT *, weir_cumulate(ts, step) AS window_start, weir_cumulate(ts, size) AS window_end FROM query_table(t)`,
	`CREATE MACRO session(t, ts, gap, key) AS TABLE
	SELECT *, weir_session(ts, gap) AS window_start, weir_session(ts, gap) AS window_end FROM query_table(t)`,
}

// Marker functions. Tumble is the one that has an operator; the others name what to write instead.
const markTumble = "weir_tumble"

var markers = map[string]string{markTumble: "tumble", "weir_hop": "hop", "weir_cumulate": "cumulate", "weir_session": "session"}

// marker is a scalar function that exists to be planned, never to be run.
type marker struct {
	name string
	time duckdb.TypeInfo
	span duckdb.TypeInfo
}

// Config implements duckdb.ScalarFunc.
func (m marker) Config() duckdb.ScalarFuncConfig {
	return duckdb.ScalarFuncConfig{InputTypeInfos: []duckdb.TypeInfo{m.time, m.span}, ResultTypeInfo: m.time}
}

// Executor implements duckdb.ScalarFunc.
func (m marker) Executor() duckdb.ScalarFuncExecutor {
	return duckdb.ScalarFuncExecutor{RowExecutor: func([]driver.Value) (any, error) {
		return nil, fmt.Errorf("%s needs a column of event times, not a constant", markers[m.name])
	}}
}

func registerMarkers(conn *sql.Conn) error {
	span, err := duckdb.NewTypeInfo(duckdb.TYPE_INTERVAL)
	if err != nil {
		return fmt.Errorf("planner: register window functions: %w", err)
	}
	for name := range markers {
		var set []duckdb.ScalarFunc
		for _, kind := range []duckdb.Type{duckdb.TYPE_TIMESTAMP, duckdb.TYPE_TIMESTAMP_TZ, duckdb.TYPE_DATE} {
			at, err := duckdb.NewTypeInfo(kind)
			if err != nil {
				return fmt.Errorf("planner: register %s: %w", name, err)
			}
			set = append(set, marker{name: name, time: at, span: span})
		}
		if err := duckdb.RegisterScalarUDFSet(conn, name, set...); err != nil {
			return fmt.Errorf("planner: register %s: %w", name, err)
		}
	}
	return nil
}

// standIn is a table function that a source's view scans. It has the source's columns and no rows.
type standIn struct{ columns []duckdb.ColumnInfo }

// ColumnInfos implements duckdb.ChunkTableSource.
func (s standIn) ColumnInfos() []duckdb.ColumnInfo { return s.columns }

// Cardinality implements duckdb.ChunkTableSource.
func (s standIn) Cardinality() *duckdb.CardinalityInfo {
	return &duckdb.CardinalityInfo{Cardinality: 1_000_000}
}

// Init implements duckdb.ChunkTableSource.
func (s standIn) Init() {}

// FillChunk implements duckdb.ChunkTableSource.
func (s standIn) FillChunk(chunk duckdb.DataChunk) error { return chunk.SetSize(0) }

func registerStandIn(conn *sql.Conn, function string, columns []duckdb.ColumnInfo) error {
	return duckdb.RegisterTableUDF(conn, function, duckdb.ChunkTableFunction{
		BindArguments: func(map[string]any, ...any) (duckdb.ChunkTableSource, error) { return standIn{columns}, nil },
	})
}

// columnInfos asks DuckDB for the types of a query's columns.
func columnInfos(conn *sql.Conn, query string) ([]duckdb.ColumnInfo, error) {
	var out []duckdb.ColumnInfo
	err := conn.Raw(func(raw any) error {
		prepared, err := raw.(*duckdb.Conn).PrepareContext(context.Background(), query)
		if err != nil {
			return err
		}
		stmt := prepared.(*duckdb.Stmt)
		n, err := stmt.ColumnCount()
		for i := 0; i < n && err == nil; i++ {
			var c duckdb.ColumnInfo
			if c.Name, err = stmt.ColumnName(i); err == nil {
				c.T, err = stmt.ColumnTypeInfo(i)
				out = append(out, c)
			}
		}
		return errors.Join(err, stmt.Close())
	})
	return out, err
}
