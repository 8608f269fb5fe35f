package duckdb

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/metrics"
)

func sampled(name, view string, value float64) metrics.Sample {
	return metrics.Sample{Series: metrics.Series{Name: name, Labels: []metrics.Label{{Name: "view", Value: view}}}, Value: value}
}

// TestMetrics: users read the past of the metrics as a table, all of it, and as often as they name it. More ticks than a chunk has rows.
func TestMetrics(t *testing.T) {
	past := metrics.NewHistory()
	s, err := Open("", StoreOptions{Metrics: past})
	check(t, err)
	defer func() { check(t, s.Close()) }()
	const ticks = 1500
	at := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	for i := range ticks {
		past.Add(at.Add(time.Duration(i)*metrics.FineEvery), []metrics.Sample{
			sampled("rows", "a", float64(i)), sampled("rows", "it's b", 1), {Series: metrics.Series{Name: "commits"}, Value: 7},
		})
	}
	const kept = 1441 + 5 // of the last two hours, and one for each minute that began before
	for sql, want := range map[string][]string{
		"SELECT count(*)::VARCHAR FROM weir.metrics": {fmt.Sprint(3 * kept)},
		"SELECT max(value)::VARCHAR || ' ' || max(time)::VARCHAR FROM weir.metrics WHERE metric = 'rows' AND labels['view'] = 'a'": {"1499.0 2026-03-01 12:04:55"},
		"SELECT DISTINCT metric || ' ' || labels::VARCHAR FROM weir.metrics ORDER BY 1":                                            {"commits {}", `rows {view='it\'s b'}`, "rows {view=a}"},
		"SELECT DISTINCT a.value::VARCHAR FROM weir.metrics a, weir.metrics b WHERE a.time = b.time AND a.metric < b.metric":       {"7.0"},
		"SELECT value::VARCHAR FROM weir.metrics WHERE labels['nosuch'] = 'x'":                                                     nil,
	} {
		if diff := cmp.Diff(want, queried(t, s, sql)); diff != "" {
			t.Errorf("%s: %s", sql, diff)
		}
	}
	if _, err := s.Query(ctx, "FROM weir_samples()", Limits{}); err == nil || !strings.Contains(err.Error(), "not allowed in queries") {
		t.Errorf("the function itself: %v", err)
	}
}

// queried are the texts that a query of a user's answers.
func queried(t *testing.T, s *Store, sql string) (out []string) {
	t.Helper()
	rows, err := s.Query(ctx, sql, Limits{})
	check(t, err)
	defer rows.Release()
	for rows.Next() {
		column := rows.RecordBatch().Column(0)
		for i := range column.Len() {
			out = append(out, strings.Clone(column.ValueStr(i)))
		}
	}
	check(t, rows.Err())
	return out
}

// TestMetricsAfterACrash: the view is not in a file that was closed; what a crash has left of it keeps nobody from opening or copying the file.
func TestMetricsAfterACrash(t *testing.T) {
	path, _ := killed(t)
	c, err := OpenCopy(path, true, StoreOptions{})
	check(t, err)
	check(t, c.Close())
	s, err := Open(path, StoreOptions{})
	check(t, err)
	if got := queried(t, s, "SELECT count(*)::VARCHAR FROM weir.metrics"); got[0] != "0" {
		t.Errorf("%s metrics", got)
	}
	check(t, s.Close())
	db, err := openDatabase(path, nil)
	check(t, err)
	session, err := connect(db)
	check(t, err)
	defer session.close()
	views := ""
	check(t, session.each(ctx, "SELECT coalesce(string_agg(view_name, ', '), '') FROM duckdb_views() WHERE NOT internal AND view_name <> 'alerts'", func(r row) { views = r.text(0) }))
	if views != "" {
		t.Errorf("the file has views %s", views)
	}
}

// A plain DuckDB opens what a crash has left, and reads all else in it.
func TestPlainDuckDBAfterACrash(t *testing.T) {
	path, _ := killed(t)
	db, err := openDatabase(path, nil)
	check(t, err)
	session, err := connect(db)
	check(t, err)
	defer session.close()
	rows := ""
	for _, sql := range []string{"SELECT count(*)::VARCHAR FROM main.v", "SELECT count(*)::VARCHAR FROM duckdb_columns() WHERE table_name = 'fees'", "SELECT count(*)::VARCHAR FROM information_schema.columns WHERE table_name = 'v'"} {
		check(t, session.each(ctx, sql, func(r row) { rows += r.text(0) + " " }))
	}
	if rows != "7 2 1 " {
		t.Errorf("it reads %s", rows)
	}
	if err := session.exec(ctx, "FROM weir.metrics"); err == nil || !strings.Contains(err.Error(), "weir_samples") {
		t.Errorf("the view says %v", err)
	}
}

// TestEvents: what happened is kept over restarts, the last of it only.
func TestEvents(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weir.duckdb")
	at := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	s, err := Open(path, StoreOptions{})
	check(t, err)
	check(t, s.Note(ctx, []engine.Event{{At: at, Kind: "start"}, {At: at.Add(time.Second), Kind: "failed", Object: "view v", Message: "it's broken"}}))
	check(t, s.Close())
	s, err = Open(path, StoreOptions{})
	check(t, err)
	defer func() { check(t, s.Close()) }()
	want := []string{"2026-03-01 10:00:00+00 start  ", "2026-03-01 10:00:01+00 failed view v it's broken"}
	const all = `SELECT concat_ws(' ', "at", kind, object, message) FROM weir.events ORDER BY "at"`
	if diff := cmp.Diff(want, queried(t, s, all)); diff != "" {
		t.Error(diff)
	}
	check(t, s.session.exec(ctx, fmt.Sprintf("INSERT INTO weir.events SELECT TIMESTAMPTZ '2026-03-02' + to_seconds(i), 'start', '', '' FROM range(%d) r(i)", MaxEvents)))
	check(t, s.Note(ctx, []engine.Event{{At: at.Add(96 * time.Hour), Kind: "stop"}}))
	if got := queried(t, s, `SELECT count(*)::VARCHAR || ' ' || min("at")::VARCHAR FROM weir.events`); got[0] != fmt.Sprintf("%d 2026-03-02 00:00:01+00", MaxEvents) {
		t.Errorf("left are %s", got)
	}
}
