package plugin

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
)

func TestQuery(t *testing.T) {
	f := newFake()
	f.answer("GET /v1/schema", http.StatusOK, `{"version":"v0.1","tables":[{"schema":"main","name":"revenue","kind":"view","columns":[{"name":"n","type":"BIGINT","unit":"currencyCHF"}]}]}`)
	var sql string
	var header http.Header
	f.sql(func(_ http.ResponseWriter, r *http.Request, text string) bool {
		sql, header = text, r.Header
		return false
	})
	d := f.open(t)
	got := ask(context.Background(), t, d, map[string]any{"rawSql": "SELECT time, n FROM revenue WHERE $__timeFilter(time)", "format": 0})["A"]
	if got.Error != nil {
		t.Fatal(got.Error)
	}
	want := "SELECT time, n FROM revenue WHERE (time >= TIMESTAMP '2026-03-01 10:00:00.000000' AND time <= TIMESTAMP '2026-03-01 10:01:00.000000')"
	frame := got.Frames[0]
	if sql != want || frame.Meta.ExecutedQueryString != want || frame.Meta.Type != data.FrameTypeTimeSeriesWide {
		t.Errorf("%s\n%+v", sql, frame.Meta)
	}
	if header.Get("X-Grafana-User") != "ada" || header.Get("X-Grafana-Dashboard-Uid") != "dash" || header.Get("X-Grafana-Panel-Id") != "4" {
		t.Error(header)
	}
	if frame.Fields[1].Config == nil || frame.Fields[1].Config.Unit != "currencyCHF" {
		t.Error("the unit of n is not that of the view's column")
	}
	notices := fmt.Sprint(frame.Meta.Notices)
	for _, part := range []string{"complete up to 2026-03-01 10:00:07", "3 rows came too late", "only the first 100000 rows"} {
		if !strings.Contains(notices, part) {
			t.Errorf("%q is not in %s", part, notices)
		}
	}
}

// A mistake is where it was typed, and the user's.
func TestQueryMistakes(t *testing.T) {
	f := newFake()
	f.sql(func(w http.ResponseWriter, _ *http.Request, text string) bool {
		at := strings.Index(text, "nix")
		writeAnswer(w, http.StatusBadRequest, fmt.Sprintf(`{"error":{"message":"no column nix","code":"binder","position":%d}}`, at))
		return true
	})
	d := f.open(t)
	for _, c := range []struct {
		model   map[string]any
		message string
	}{
		{map[string]any{"rawSql": "SELECT 1\nWHERE $__timeFilter(time) AND nix"}, "line 2, column 31: no column nix"},
		{map[string]any{"rawSql": "SELECT $__nix"}, "line 1, column 8: $__nix: there is no such macro"},
		{map[string]any{"rawSql": " "}, "the query has no SQL"},
		{map[string]any{"rawSql": 5}, "the stored query cannot be read"},
	} {
		got := ask(context.Background(), t, d, c.model)["A"]
		if got.Error == nil || !strings.Contains(got.Error.Error(), c.message) || got.ErrorSource != backend.ErrorSourceDownstream || got.Status != backend.StatusBadRequest {
			t.Errorf("%v: %v, %s, %d", c.model, got.Error, got.ErrorSource, got.Status)
		}
	}
	f = newFake()
	f.sql(nil)
	got := ask(context.Background(), t, f.open(t), map[string]any{"rawSql": "SELECT 1", "format": 9})["A"]
	if got.Error == nil || !strings.Contains(got.Error.Error(), "there is no format 9: 0 is time series") {
		t.Error(got.Error)
	}
}

// When Grafana gives a query up, Weir hears of it.
func TestCancel(t *testing.T) {
	f := newFake()
	begun, ended := make(chan struct{}), make(chan struct{})
	f.sql(func(_ http.ResponseWriter, r *http.Request, _ string) bool {
		close(begun)
		<-r.Context().Done()
		close(ended)
		return true
	})
	d := f.open(t)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-begun
		cancel()
	}()
	got := ask(ctx, t, d, map[string]any{"rawSql": "SELECT 1"})["A"]
	if got.Error == nil || got.ErrorSource != backend.ErrorSourceDownstream || got.Status != 499 {
		t.Error(got.Error, got.ErrorSource, got.Status)
	}
	<-ended
}

func TestTimeout(t *testing.T) {
	f := newFake()
	f.sql(func(_ http.ResponseWriter, r *http.Request, _ string) bool {
		<-r.Context().Done()
		return true
	})
	d := f.open(t)
	d.settings.timeout = 50 * time.Millisecond
	got := ask(context.Background(), t, d, map[string]any{"rawSql": "SELECT 1"})["A"]
	if got.Error == nil || !strings.Contains(got.Error.Error(), "did not answer in time") || got.Status != backend.StatusTimeout {
		t.Error(got.Error, got.Status)
	}
}

// Queries of a request run side by side, but not all at once.
func TestSideBySide(t *testing.T) {
	f := newFake()
	var now, most atomic.Int32
	var full sync.Once
	together := make(chan struct{})
	f.sql(func(http.ResponseWriter, *http.Request, string) bool {
		n := now.Add(1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		if n == atOnce {
			full.Do(func() { close(together) })
		}
		<-together
		now.Add(-1)
		return false
	})
	d := f.open(t)
	models := make([]map[string]any, 20)
	for i := range models {
		models[i] = map[string]any{"rawSql": "SELECT 1", "format": 1}
	}
	for id, r := range ask(context.Background(), t, d, models...) {
		if r.Error != nil || r.Frames[0].Rows() != 1 {
			t.Error(id, r.Error)
		}
	}
	if most.Load() != atOnce {
		t.Errorf("%d ran at once, want %d", most.Load(), atOnce)
	}
}

func TestAdhocFilters(t *testing.T) {
	f := newFake()
	var sql string
	f.sql(func(_ http.ResponseWriter, _ *http.Request, text string) bool {
		sql = text
		return false
	})
	d := f.open(t)
	filters := []map[string]any{{"key": "country", "operator": "=", "value": "CH"}}
	got := ask(context.Background(), t, d, map[string]any{"rawSql": "SELECT 1 WHERE $__adhocFilters(revenue)", "format": 1, "adhocFilters": filters})["A"]
	if got.Error != nil || sql != `SELECT 1 WHERE ("country" = 'CH')` {
		t.Error(got.Error, sql)
	}
	got = ask(context.Background(), t, d, map[string]any{"rawSql": "SELECT 1", "format": 1, "adhocFilters": filters})["A"]
	if !strings.Contains(fmt.Sprint(got.Frames[0].Meta.Notices), "ad hoc filters do not apply here") {
		t.Error(got.Frames[0].Meta.Notices)
	}
}

func TestFillInQuery(t *testing.T) {
	f := newFake()
	f.sql(nil)
	got := ask(context.Background(), t, f.open(t), map[string]any{"rawSql": "SELECT $__timeGroup(time, '1s', 0) AS time, n FROM revenue", "format": 0})["A"]
	if got.Error != nil || got.Frames[0].Rows() != 61 || *got.Frames[0].Fields[1].At(7).(*int64) != 7 || *got.Frames[0].Fields[1].At(60).(*int64) != 0 {
		t.Error(got.Error, got.Frames)
	}
}
