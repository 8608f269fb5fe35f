package server

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/weirdb/weir/engine/types"
)

// TestValidate: a mistake is an answer, with its place in characters; what is no text, and what is no mistake, are errors.
func TestValidate(t *testing.T) {
	b := &fakeBackend{valid: func(text string) ([]types.Field, error) {
		switch {
		case strings.Contains(text, "bidz"):
			return nil, &UserError{Message: `Referenced column "bidz" not found`, Code: "binder", Position: strings.Index(text, "bidz"), Candidates: []string{"bids"}}
		case strings.Contains(text, "nowhere"):
			return nil, &UserError{Message: "it is wrong", Code: "weir", Position: -1}
		case strings.Contains(text, "starting"):
			return nil, ErrStarting
		case strings.Contains(text, "slow"):
			return nil, context.DeadlineExceeded
		case strings.Contains(text, "CREATE"):
			return nil, nil
		}
		return hotColumns[2:], nil
	}}
	url := start(t, b, Options{}).URL
	for _, c := range []struct {
		kind, body string
		status     int
		want       string
	}{
		{"application/json", `{"sql":"SELECT bids FROM hot"}`, http.StatusOK, `{"valid":true,"columns":[{"name":"bids","type":"BIGINT"}]}`},
		{"text/plain", "CREATE SOURCE …", http.StatusOK, `{"valid":true}`},
		{"text/plain", "SELECT 'ü',\n 'ü', bidz", http.StatusOK,
			`{"valid":false,"error":{"message":"Referenced column \"bidz\" not found","code":"binder","position":18,"line":2,"column":7,"candidates":["bids"]}}`},
		{"text/plain", "nowhere", http.StatusOK, `{"valid":false,"error":{"message":"it is wrong","code":"weir"}}`},
		{"text/plain", " ", http.StatusBadRequest, `"message":"the statement is empty"`},
		{"application/json", "{", http.StatusBadRequest, `"code":"body"`},
		{"text/plain", "starting", http.StatusServiceUnavailable, `"code":"starting"`},
		{"text/plain", "slow", http.StatusRequestTimeout, `"code":"timeout"`},
	} {
		answer, text := ask(t, http.MethodPost, url+"/v1/validate", c.body, "Content-Type", c.kind)
		if answer.StatusCode != c.status || !strings.Contains(text, c.want) {
			t.Errorf("%q: %d %s, want %d %s", c.body, answer.StatusCode, text, c.status, c.want)
		}
	}
	if answer, _ := ask(t, http.MethodGet, url+"/v1/validate", ""); answer.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d", answer.StatusCode)
	}
}
