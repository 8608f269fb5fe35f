package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/grafana/grafana-plugin-sdk-go/experimental"
)

// update writes the golden files anew. It is false in what is committed.
const update = false

const queriesSQL = `
CREATE SOURCE ev (id BIGINT, k VARCHAR, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1 second') WITH (connector = 'http', format = 'json');
CREATE MATERIALIZED VIEW events AS SELECT id, k, v, ts FROM ev;
`

// Every type that Weir gives comes as the frame's package says.
func TestTypes(t *testing.T) {
	g := start(t, queriesSQL).grafana()
	r := g.query(map[string]any{"format": 1, "rawSql": `SELECT * FROM (VALUES (
		true, 1::TINYINT, 2::SMALLINT, 3::INTEGER, 9007199254740993::BIGINT, 1::UTINYINT, 2::USMALLINT, 3::UINTEGER, 18446744073709551615::UBIGINT,
		170141183460469231731687303715884105727::HUGEINT, 12.345::DECIMAL(18,3), 0.1::FLOAT, 0.1::DOUBLE, 'NaN'::DOUBLE, '-Infinity'::DOUBLE,
		TIMESTAMP '2026-03-01 10:00:00.123456', TIMESTAMP_S '2026-03-01 10:00:00', TIMESTAMP_MS '2026-03-01 10:00:00.123', TIMESTAMP_NS '2026-03-01 10:00:00.123456789',
		TIMESTAMPTZ '2026-03-01 12:00:00+02', 'infinity'::TIMESTAMP, DATE '2026-03-01', TIME '10:00:00.5', INTERVAL '1 month 2 days 03:00:00',
		'text', '6d3b1f6c-6d0a-4a3f-8a39-5a3d8f0a7f11'::UUID, '\xAA'::BLOB, '{"a": [1, null]}'::JSON, [1, NULL], {'a': 1, 'b': ['x']}, MAP {'k': 1.5})) AS v
		UNION ALL SELECT ` + strings.TrimSuffix(strings.Repeat("NULL, ", 31), ", ")})
	if r.Error != nil {
		t.Fatal(r.Error)
	}
	for _, f := range r.Frames {
		f.Meta.Stats = nil // it has times
	}
	experimental.CheckGoldenJSONResponse(t, "testdata", "types", &r, update)
}

// filled sends ten events a second over ten seconds, without those of the third second.
func filled(t *testing.T) *grafana {
	w := start(t, queriesSQL)
	var events []any
	for i := range 100 {
		if i/10 != 3 {
			events = append(events, event(i))
		}
	}
	w.send("ev", events...)
	eventually(t, "all events count", func() bool { return w.rows("SELECT count(*) FROM events")[0] == "90" })
	return w.grafana()
}

func TestSeries(t *testing.T) {
	g := filled(t)
	r := g.query(map[string]any{"format": 0, "rawSql": `SELECT $__timeGroup(ts, '1s', 0) AS time, k, count(*) AS n FROM events
		WHERE $__timeFilter(ts) AND ts < $__timeFrom() + INTERVAL 10 SECONDS AND $__adhocFilters(events) GROUP BY ALL ORDER BY n DESC`,
		"adhocFilters": []any{map[string]any{"key": "k", "operator": "=|", "values": []string{"a", "b"}}}})
	if r.Error != nil {
		t.Fatal(r.Error)
	}
	f := r.Frames[0]
	if f.Meta.Type != data.FrameTypeTimeSeriesWide || len(f.Fields) != 3 || f.Fields[1].Labels["k"] != "a" || f.Rows() != 24*3600+1 {
		t.Fatalf("%+v, %d fields, %d rows", f.Meta, len(f.Fields), f.Rows())
	}
	for second, want := range map[int]int64{0: 3, 3: 0, 9: 3, 10: 0} {
		if at, n := f.Fields[0].At(second).(time.Time), *f.Fields[1].At(second).(*int64); !at.Equal(base.Add(time.Duration(second)*time.Second)) || (second != 9 && n != want) {
			t.Errorf("second %d: %s has %d, want %d", second, at, n, want)
		}
	}
}

func TestRowLimit(t *testing.T) {
	g := filled(t)
	r := g.query(map[string]any{"format": 1, "rawSql": "SELECT range FROM range(100001)"})
	if r.Error != nil || r.Frames[0].Rows() != 100_000 || !strings.Contains(fmt.Sprint(r.Frames[0].Meta.Notices), "only the first 100000 rows are here") {
		t.Error(r.Error, r.Frames[0].Rows(), r.Frames[0].Meta.Notices)
	}
	r = g.query(map[string]any{"format": 1, "rawSql": "SELECT range FROM range(100000)"})
	if r.Error != nil || r.Frames[0].Rows() != 100_000 || strings.Contains(fmt.Sprint(r.Frames[0].Meta.Notices), "only the first") {
		t.Error(r.Error, r.Frames[0].Meta.Notices)
	}
}

func TestErrors(t *testing.T) {
	g := filled(t)
	for sql, says := range map[string]string{
		"SELECT\n  nix FROM events WHERE $__timeFilter(ts)": "line 2, column 3: ",
		"SELECT 1 WHERE $__timeFilter(now()) AND":           "",
		"DROP TABLE events":                                 "",
		"SELECT error('broken')":                            "broken",
	} {
		r := g.query(map[string]any{"format": 1, "rawSql": sql})
		if r.Error == nil || !strings.Contains(r.Error.Error(), says) || r.ErrorSource != backend.ErrorSourceDownstream {
			t.Errorf("%s: %v, %s", sql, r.Error, r.ErrorSource)
		}
	}
}

// The real Weir's schema and validation, where it has them.
func TestSchemaAndHealth(t *testing.T) {
	g := filled(t)
	health, err := g.ds.CheckHealth(context.Background(), nil)
	if err != nil || health.Status != backend.HealthStatusOk || !strings.Contains(health.Message, "1 view.") {
		t.Error(health, err)
	}
	if answer := g.call(t, "GET", "schema", ""); !strings.Contains(answer, `"name":"events"`) || !strings.Contains(answer, `"$__timeFilter"`) {
		t.Error(answer)
	}
	if answer := g.call(t, "POST", "validate", `{"sql": "SELECT k FROM events WHERE $__timeFilter(ts)"}`); !strings.Contains(answer, `"valid":true`) {
		t.Error(answer)
	}
	bad := g.call(t, "POST", "validate", `{"sql": "SELECT 1\nFROM events WHERE $__timeFilter(ts) AND nix = 1"}`)
	if !strings.Contains(bad, "not checked") && (!strings.Contains(bad, `"line":2`) || !strings.Contains(bad, `"column":41`)) {
		t.Error(bad)
	}
	if answer := g.call(t, "POST", "tag-values", `{"key": "k"}`); strings.TrimSpace(answer) != `[{"text":"a"},{"text":"b"},{"text":"c"},{"text":"d"}]` {
		t.Error(answer)
	}
}

func (g *grafana) call(t *testing.T, method, path, body string) (answer string) {
	t.Helper()
	err := g.ds.CallResource(context.Background(), &backend.CallResourceRequest{Method: method, Path: path, URL: path, Body: []byte(body)},
		backend.CallResourceResponseSenderFunc(func(r *backend.CallResourceResponse) error {
			answer += string(r.Body)
			return nil
		}))
	if err != nil {
		t.Fatal(err)
	}
	return answer
}
