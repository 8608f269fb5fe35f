package duckdb

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"

	godriver "github.com/duckdb/duckdb-go/v2"
	"github.com/weirdb/weir/engine/metrics"
	"github.com/weirdb/weir/engine/types"
)

// weir.metrics is a view over two table functions, which read the past of the metrics in memory. What changes with each sample are numbers
// only; names and labels are said once.
//
//	weir_samples()  at, series, value       ─┐
//	                                         ├─► weir.metrics  time, metric, labels, value
//	weir_series()   series, metric, labels  ─┘
//
// The view is made when the database opens and dropped when it closes: nobody else has the functions. After a crash it is in the file,
// where another DuckDB shows it, and says on reading it that there are no such functions.
const (
	metricsView = `CREATE OR REPLACE VIEW weir.metrics AS
		SELECT make_timestamp("at") AS time, metric, labels, value FROM weir_samples() JOIN weir_series() USING (series);
		COMMENT ON VIEW weir.metrics IS 'the metrics of /metrics over the last hours, as they are kept in memory'`
	dropMetricsView = "DROP VIEW IF EXISTS weir.metrics"
)

// registerMetrics makes the table functions known to a DuckDB.
func registerMetrics(conn *sql.Conn, h *metrics.History) error {
	samples, err := columnInfos(conn, types.Field{Name: "at", Type: types.Of(types.BigInt)}, types.Field{Name: "series", Type: types.Of(types.Integer)},
		types.Field{Name: "value", Type: types.Of(types.Double)})
	if err != nil {
		return err
	}
	text := types.Of(types.Varchar)
	series, err := columnInfos(conn, types.Field{Name: "series", Type: types.Of(types.Integer)}, types.Field{Name: "metric", Type: text},
		types.Field{Name: "labels", Type: types.MapOf(text, text)})
	if err != nil {
		return err
	}
	return errors.Join(
		registerTable(conn, "weir_samples", func() godriver.ChunkTableSource { return &sampleRows{columns: samples, history: h} }),
		registerTable(conn, "weir_series", func() godriver.ChunkTableSource { return &seriesRows{columns: series, history: h} }),
	)
}

// registerTable makes a table function known whose rows a new source gives, each time that it is read.
func registerTable(conn *sql.Conn, name string, open func() godriver.ChunkTableSource) error {
	f := godriver.ChunkTableFunction{BindArguments: func(map[string]any, ...any) (godriver.ChunkTableSource, error) { return open(), nil }}
	if err := godriver.RegisterTableUDF(conn, name, f); err != nil {
		return fmt.Errorf("duckdb: registering table function %s: %w", name, err)
	}
	return nil
}

func columnInfos(conn *sql.Conn, fields ...types.Field) ([]godriver.ColumnInfo, error) {
	out := make([]godriver.ColumnInfo, len(fields))
	for i, f := range fields {
		info, err := typeInfo(conn, f.Type)
		if err != nil {
			return nil, err
		}
		out[i] = godriver.ColumnInfo{Name: f.Name, T: info}
	}
	return out, nil
}

// sampleRows are the rows of weir_samples.
type sampleRows struct {
	columns    []godriver.ColumnInfo
	history    *metrics.History
	ticks      []metrics.Tick
	tick, next int // of ticks, and within it
}

// ColumnInfos implements godriver.ChunkTableSource.
func (r *sampleRows) ColumnInfos() []godriver.ColumnInfo { return r.columns }

// Cardinality implements godriver.ChunkTableSource.
func (r *sampleRows) Cardinality() *godriver.CardinalityInfo { return nil }

// Init implements godriver.ChunkTableSource: what is kept now is what is read.
func (r *sampleRows) Init() { r.ticks, r.tick, r.next = r.history.Ticks(), 0, 0 }

// FillChunk implements godriver.ChunkTableSource.
func (r *sampleRows) FillChunk(chunk godriver.DataChunk) error {
	at, series, values := chunkColumn[int64](&chunk, 0), chunkColumn[int32](&chunk, 1), chunkColumn[float64](&chunk, 2)
	row, capacity := 0, godriver.GetDataChunkCapacity()
	for row < capacity && r.tick < len(r.ticks) {
		t := &r.ticks[r.tick]
		n := min(capacity-row, len(t.Values)-r.next)
		for i := range at[min(row, len(at)):min(row+n, len(at))] {
			at[row+i] = t.At.UnixMicro()
		}
		copy(series[min(row, len(series)):], t.IDs[r.next:r.next+n])
		copy(values[min(row, len(values)):], t.Values[r.next:r.next+n])
		row, r.next = row+n, r.next+n
		if r.next == len(t.Values) {
			r.tick, r.next = r.tick+1, 0
		}
	}
	return chunk.SetSize(row)
}

// seriesRows are the rows of weir_series.
type seriesRows struct {
	columns []godriver.ColumnInfo
	history *metrics.History
	known   map[int32]metrics.Series
	left    []int32
}

// ColumnInfos implements godriver.ChunkTableSource.
func (r *seriesRows) ColumnInfos() []godriver.ColumnInfo { return r.columns }

// Cardinality implements godriver.ChunkTableSource.
func (r *seriesRows) Cardinality() *godriver.CardinalityInfo { return nil }

// Init implements godriver.ChunkTableSource.
func (r *seriesRows) Init() {
	r.known = r.history.Known()
	r.left = slices.SortedFunc(maps.Keys(r.known), cmp.Compare[int32])
}

// FillChunk implements godriver.ChunkTableSource.
func (r *seriesRows) FillChunk(chunk godriver.DataChunk) error {
	n := min(len(r.left), godriver.GetDataChunkCapacity())
	for row, id := range r.left[:n] {
		s, labels := r.known[id], godriver.OrderedMap{}
		for _, l := range s.Labels {
			labels.Set(l.Name, l.Value)
		}
		err := errors.Join(godriver.SetChunkValue(chunk, 0, row, id), godriver.SetChunkValue(chunk, 1, row, s.Name), godriver.SetChunkValue(chunk, 2, row, labels))
		if err != nil {
			return err
		}
	}
	r.left = r.left[n:]
	return chunk.SetSize(n)
}

// hideMetrics drops the view.
func (s *Store) hideMetrics(ctx context.Context) error {
	if err := s.session.exec(ctx, dropMetricsView); err != nil {
		return fmt.Errorf("duckdb: dropping weir.metrics: %w", err)
	}
	return nil
}
