package planner

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/weirdb/weir/engine/plan"
)

// windowMacros are the window functions as the planner sees them. In the result database the same names are macros in plain
// DuckDB; here each expands to a marker function, so that a window is known by its name and not by the shape of an expression.
var windowMacros = []string{
	`CREATE MACRO tumble(t, ts, size) AS TABLE
	SELECT *, weir_tumble(ts, size) AS window_start, weir_tumble(ts, size) + size AS window_end
	FROM query_table(t) WHERE ts IS NOT NULL`,
	`CREATE MACRO hop(t, ts, slide, size) AS TABLE
	SELECT * REPLACE (window_start + size AS window_end) FROM (
		SELECT *, unnest(weir_hop_range(ts, slide, size)) AS window_start, ts AS window_end FROM query_table(t) WHERE ts IS NOT NULL
	) WHERE ts < window_start + size`,
	`CREATE MACRO cumulate(t, ts, step, size) AS TABLE
	SELECT *, weir_tumble(ts, size) AS window_start, unnest(weir_cumulate(ts, step, size)) AS window_end
	FROM query_table(t) WHERE ts IS NOT NULL`,
	`CREATE MACRO session(t, ts, gap, key) AS TABLE
	SELECT *, max(weir_session_start(ts, gap)) OVER (PARTITION BY key) AS window_start,
		max(weir_session_end(ts, gap)) OVER (PARTITION BY key) AS window_end
	FROM query_table(t) WHERE ts IS NOT NULL`,
	`CREATE MACRO absent(t, ts, gap, key) AS TABLE
	SELECT key, max(ts) AS last_seen, window_end AS absent_since FROM session(t, ts, gap, key) GROUP BY ALL`,
}

// markers are the functions that the macros expand to.
var markers = map[string]markerSpec{
	plan.TumbleStart:  {window: "tumble", sizes: []string{"size"}},
	plan.HopRange:     {window: "hop", sizes: []string{"slide", "size"}, list: true},
	plan.CumulateEnds: {window: "cumulate", sizes: []string{"step", "size"}, list: true},
	plan.SessionStart: {window: "session", sizes: []string{"gap"}, zero: true},
	plan.SessionEnd:   {window: "session", sizes: []string{"gap"}, zero: true},
}

// markerSpec says what a marker stands for.
type markerSpec struct {
	window string
	sizes  []string // the arguments behind the time: constant intervals
	list   bool     // it returns several times
	zero   bool     // a size of nothing has a meaning
}

// marker is a scalar function that exists to be planned, never to be run.
type marker struct {
	markerSpec
	time duckdb.TypeInfo
	span duckdb.TypeInfo
	out  duckdb.TypeInfo
}

// Config implements duckdb.ScalarFunc.
func (m marker) Config() duckdb.ScalarFuncConfig {
	inputs := []duckdb.TypeInfo{m.time}
	for range m.sizes {
		inputs = append(inputs, m.span)
	}
	return duckdb.ScalarFuncConfig{InputTypeInfos: inputs, ResultTypeInfo: m.out}
}

// Executor implements duckdb.ScalarFunc.
func (m marker) Executor() duckdb.ScalarFuncExecutor {
	return duckdb.ScalarFuncExecutor{RowExecutor: func([]driver.Value) (any, error) {
		return nil, fmt.Errorf("%s needs a column of event times, not a constant", m.window)
	}}
}

func registerMarkers(conn *sql.Conn) error {
	span, err := duckdb.NewTypeInfo(duckdb.TYPE_INTERVAL)
	if err != nil {
		return fmt.Errorf("planner: register window functions: %w", err)
	}
	for name, spec := range markers {
		var set []duckdb.ScalarFunc
		for _, kind := range []duckdb.Type{duckdb.TYPE_TIMESTAMP, duckdb.TYPE_TIMESTAMP_TZ, duckdb.TYPE_DATE} {
			m, err := spec.over(kind, span)
			if err != nil {
				return fmt.Errorf("planner: register %s: %w", name, err)
			}
			set = append(set, m)
		}
		if err := duckdb.RegisterScalarUDFSet(conn, name, set...); err != nil {
			return fmt.Errorf("planner: register %s: %w", name, err)
		}
	}
	return registerDetectorMarker(conn)
}

// over makes the marker for one type of time. A list of days is one of timestamps, as range(…) makes it.
func (s markerSpec) over(kind duckdb.Type, span duckdb.TypeInfo) (m marker, err error) {
	m = marker{markerSpec: s, span: span}
	if m.time, err = duckdb.NewTypeInfo(kind); err != nil {
		return m, err
	}
	if m.out = m.time; !s.list {
		return m, nil
	}
	if kind == duckdb.TYPE_DATE {
		if m.out, err = duckdb.NewTypeInfo(duckdb.TYPE_TIMESTAMP); err != nil {
			return m, err
		}
	}
	m.out, err = duckdb.NewListInfo(m.out)
	return m, err
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
