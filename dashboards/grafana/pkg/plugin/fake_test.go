package plugin

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

// fake is a Weir that answers what a test wants.
type fake struct {
	*http.ServeMux
}

func newFake() *fake {
	f := &fake{http.NewServeMux()}
	f.answer("GET /v1/views", http.StatusOK, `{"views":[{"view":"revenue","emit":"close","state":"running","watermark":"2026-03-01T10:00:07","late_rows":3,
		"columns":[{"name":"window_start","type":"TIMESTAMP"},{"name":"country","type":"VARCHAR"},{"name":"n","type":"BIGINT"}]}]}`)
	f.HandleFunc("/v1/{rest...}", func(w http.ResponseWriter, r *http.Request) {
		writeAnswer(w, http.StatusNotFound, `{"error":{"message":"there is no `+r.URL.Path+` here","code":"no_route"}}`)
	})
	return f
}

func writeAnswer(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func (f *fake) answer(pattern string, status int, body string) {
	f.HandleFunc(pattern, func(w http.ResponseWriter, _ *http.Request) { writeAnswer(w, status, body) })
}

// sql answers statements: one row in Arrow or JSON, whichever is asked for.
func (f *fake) sql(before func(w http.ResponseWriter, r *http.Request, sql string) (answered bool)) {
	f.HandleFunc("POST /v1/sql", func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		if before != nil && before(w, r, string(text)) {
			return
		}
		if r.Header.Get("Accept") == "application/json" {
			writeAnswer(w, http.StatusOK, `{"columns":[{"name":"value","type":"VARCHAR"}],"rows":[["CH"],["DE"]],"truncated":false}`)
			return
		}
		w.Header().Set("Trailer", "Weir-Truncated")
		writeRow(w)
		w.Header().Set("Weir-Truncated", "true")
	})
}

func writeRow(w io.Writer) {
	schema := arrow.NewSchema([]arrow.Field{{Name: "time", Type: arrow.FixedWidthTypes.Timestamp_us}, {Name: "n", Type: arrow.PrimitiveTypes.Int64}}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	b.Field(0).(*array.TimestampBuilder).Append(1772359207000000)
	b.Field(1).(*array.Int64Builder).Append(7)
	batch := b.NewRecordBatch()
	defer batch.Release()
	out := ipc.NewWriter(w, ipc.WithSchema(schema))
	_ = out.Write(batch)
	_ = out.Close()
}

// open makes a data source of a server.
func open(t *testing.T, url string, json map[string]any, secure map[string]string) *Datasource {
	t.Helper()
	d, err := New(context.Background(), settingsOf(t, url, json, secure))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.(*Datasource).Dispose)
	return d.(*Datasource)
}

func settingsOf(t *testing.T, url string, jsonData map[string]any, secure map[string]string) backend.DataSourceInstanceSettings {
	t.Helper()
	text, err := json.Marshal(jsonData)
	if err != nil {
		t.Fatal(err)
	}
	if jsonData == nil {
		text = nil
	}
	return backend.DataSourceInstanceSettings{UID: "weir", Type: ID, URL: url, JSONData: text, DecryptedSecureJSONData: secure}
}

func (f *fake) open(t *testing.T) *Datasource {
	t.Helper()
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return open(t, s.URL, nil, nil)
}

// ask runs queries whose models are given.
func ask(ctx context.Context, t *testing.T, d *Datasource, models ...map[string]any) backend.Responses {
	t.Helper()
	req := &backend.QueryDataRequest{PluginContext: backend.PluginContext{User: &backend.User{Login: "ada"}}}
	req.SetHTTPHeader("X-Dashboard-Uid", "dash")
	req.SetHTTPHeader("X-Panel-Id", "4")
	for i, m := range models {
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		req.Queries = append(req.Queries, backend.DataQuery{RefID: string(rune('A' + i)), JSON: text, Interval: time.Second,
			TimeRange: backend.TimeRange{From: time.Unix(1772359200, 0), To: time.Unix(1772359260, 0)}})
	}
	out, err := d.QueryData(ctx, req)
	if err != nil {
		t.Fatal(err)
	}
	return out.Responses
}
