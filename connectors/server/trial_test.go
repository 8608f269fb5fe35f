package server

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine/preview"
)

// TestTrialRoute: what is asked for reaches the backend within its bounds, and the rows come as those of a query do.
func TestTrialRoute(t *testing.T) {
	var asked []Trial
	mem := checked(t)
	h := New(&fakeBackend{}, nil, Options{Trial: func(_ context.Context, w Trial) (*Tried, error) {
		asked = append(asked, w)
		if w.SQL == "SELECT nosuch" {
			return nil, &UserError{Message: "no column nosuch", Code: "weir", Position: 7}
		}
		return &Tried{Columns: hotColumns, Rows: []arrow.RecordBatch{hotRows(mem, 0, 2)}, More: true, Emit: "close",
			Sources: []TriedSource{{Source: "bid", Events: 9}}, Late: 1, Took: 1500 * time.Millisecond, Note: "Read 9."}, nil
	}})
	for _, c := range []struct {
		body string
		code int
		want string
	}{
		{`{"sql": "SELECT 1"}`, 200, `"rows":[["1970-01-01T00:00:00","web",0],["1970-01-01T00:00:01","app",1]],"truncated":true,"emit":"close","sources":[{"source":"bid","events":9,"dead_letters":0}],"late_rows":1,"seconds":1.5,"note":"Read 9."`},
		{`{"sql": "SELECT 1", "rows": 7, "seconds": 0.5}`, 200, `"name":"bids"`},
		{`{"sql": "SELECT nosuch"}`, 400, `"position":7`},
		{`{"sql": " "}`, 400, "sql is empty"},
		{`{"sql": "SELECT 1", "rows": 0}`, 400, "must be from 1 to 1000"},
		{`{"sql": "SELECT 1", "seconds": 3600}`, 400, "at most 30"},
		{`{"query": "SELECT 1"}`, 400, "unknown field"},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/v1/preview", strings.NewReader(c.body)))
		if w.Code != c.code || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s: %d %s, want %d %s", c.body, w.Code, w.Body, c.code, c.want)
		}
	}
	if len(asked) != 3 || asked[0] != (Trial{"SELECT 1", 100, 5 * time.Second}) || asked[1] != (Trial{"SELECT 1", 7, 500 * time.Millisecond}) {
		t.Errorf("asked %+v", asked)
	}
}

// TestStatementsRoute: the text reaches the backend, and its mistakes have their places.
func TestStatementsRoute(t *testing.T) {
	h := New(&fakeBackend{}, nil, Options{Statements: func(_ context.Context, text string) (*preview.Preview, error) {
		if text == "DROP é x" {
			return nil, &UserError{Message: "no", Code: "weir", Position: 8}
		}
		return &preview.Preview{Changes: true, Objects: []preview.Object{{Kind: "MATERIALIZED VIEW", Name: text, Action: "created"}}}, nil
	}})
	for _, c := range []struct {
		body string
		code int
		want string
	}{{"CREATE", 200, `"name":"CREATE","action":"created"`}, {"DROP é x", 400, `"position":7`}, {"", 400, "empty"}} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/v1/statements", strings.NewReader(c.body)))
		if w.Code != c.code || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%q: %d %s, want %d %s", c.body, w.Code, w.Body, c.code, c.want)
		}
	}
	if code, _ := record(h, "GET", "/v1/statements"); code != http.StatusMethodNotAllowed {
		t.Errorf("GET /v1/statements: %d", code)
	}
}
