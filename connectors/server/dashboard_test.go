package server

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/weirdb/weir/engine"
)

// TestDashboardRoutes: a dashboard is of a view that is there, or of a statement; a mistake in that has its place.
func TestDashboardRoutes(t *testing.T) {
	b := &fakeBackend{status: engine.Status{Queries: []engine.QueryStatus{{View: "hot"}}}}
	h := New(b, nil, Options{Dashboard: func(_ context.Context, of Draw) ([]byte, error) {
		if of.SQL == "CREATE é" {
			return nil, &UserError{Message: "no", Code: "weir", Position: 7}
		}
		return []byte(`{"title": "` + of.View + of.SQL + `"}`), nil
	}})
	for _, c := range []struct {
		method, path, body string
		code               int
		want               string
	}{
		{"GET", "/v1/views/hot/dashboard", "", 200, `{"title": "hot"}`},
		{"GET", "/v1/views/hat/dashboard", "", 404, "did you mean hot"},
		{"POST", "/v1/dashboard", "CREATE x", 200, `{"title": "CREATE x"}`},
		{"POST", "/v1/dashboard", "CREATE é", 400, `"position":7`},
		{"POST", "/v1/dashboard", "", 400, "the statement is empty"},
		{"GET", "/v1/dashboard", "", 405, ""},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(c.method, c.path, strings.NewReader(c.body)))
		if w.Code != c.code || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s %s: %d %s, want %d %s", c.method, c.path, w.Code, w.Body, c.code, c.want)
		}
	}
	w := httptest.NewRecorder()
	New(b, nil, Options{}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/v1/views/hot/dashboard", nil))
	if w.Code != 404 {
		t.Errorf("a server that draws nothing answers %d", w.Code)
	}
}
