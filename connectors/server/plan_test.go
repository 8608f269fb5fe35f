package server

import (
	"net/http"
	"strings"
	"testing"

	"github.com/weirdb/weir/engine/preview"
)

// TestPlan: a text comes as it is, or several with their names; a mistake is the caller's.
func TestPlan(t *testing.T) {
	b := &fakeBackend{plan: func(scripts []preview.Script) (*preview.Preview, error) {
		if strings.Contains(scripts[0].Text, "mistake") {
			return nil, &UserError{Code: "weir", Message: scripts[0].Name + ": line 1", Position: -1}
		}
		p := &preview.Preview{Changes: true}
		for _, s := range scripts {
			p.Objects = append(p.Objects, preview.Object{Name: s.Name + "=" + s.Text})
		}
		return p, nil
	}}
	url := start(t, b, Options{MaxBody: 100}).URL
	for _, c := range []struct {
		kind, body string
		status     int
		want       string
	}{
		{"text/plain", "DROP", http.StatusOK, `"name":"text=DROP"`},
		{"application/json", `{"scripts":[{"name":"a.sql","text":"A"},{"name":"b.sql","text":"B"}]}`, http.StatusOK, `"name":"b.sql=B"`},
		{"application/json", `{"scripts":[]}`, http.StatusBadRequest, "the text is empty"},
		{"application/json", `{`, http.StatusBadRequest, "the body must be SQL text"},
		{"text/plain", "", http.StatusBadRequest, "the text is empty"},
		{"text/plain", "\xff", http.StatusBadRequest, "UTF-8"},
		{"text/plain", "a mistake", http.StatusBadRequest, `"message":"text: line 1"`},
		{"text/plain", strings.Repeat("x", 101), http.StatusRequestEntityTooLarge, "longer than 100 bytes"},
	} {
		answer, text := ask(t, http.MethodPost, url+"/v1/plan", c.body, "Content-Type", c.kind)
		if answer.StatusCode != c.status || !strings.Contains(text, c.want) {
			t.Errorf("%q: %d %s, want %d %s", c.body, answer.StatusCode, text, c.status, c.want)
		}
	}
	if answer, _ := ask(t, http.MethodGet, url+"/v1/plan", ""); answer.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d", answer.StatusCode)
	}
}
