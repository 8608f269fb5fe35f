package server

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestReplayRoute: what is asked for reaches the backend, and mistakes are told apart.
func TestReplayRoute(t *testing.T) {
	var asked []Replay
	h := New(&fakeBackend{}, nil, Options{Replay: func(_ context.Context, r Replay) (Replayed, error) {
		asked = append(asked, r)
		if r.Source == "none" {
			return Replayed{}, &UserError{Message: "there is no source none", Code: "no_source", Position: -1}
		}
		return Replayed{Chosen: 3, Replayed: 2, Dead: 1, Late: 1, Problems: []ReplayProblem{{"odd", 1}}}, nil
	}})
	for _, c := range []struct {
		body string
		code int
		want string
	}{
		{"", 200, `{"chosen":3,"replayed":2,"dead":1,"late":1,"problems":[{"reason":"odd","letters":1}]}`},
		{`{"source": "bid", "where": "\"offset\" > 7"}`, 200, `"chosen":3`},
		{`{"source": "none"}`, 400, "there is no source none"},
		{`{"from": "bid"}`, 400, "unknown field"},
		{`{} {}`, 400, "more behind it"},
		{`bid`, 400, "the body must be"},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/v1/dead-letters/replay", strings.NewReader(c.body)))
		if w.Code != c.code || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s: %d %s, want %d %s", c.body, w.Code, w.Body, c.code, c.want)
		}
	}
	if len(asked) != 3 || asked[1] != (Replay{"bid", `"offset" > 7`}) {
		t.Errorf("asked %+v", asked)
	}
}
