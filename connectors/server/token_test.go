package server

import (
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/weirdb/weir/connectors/access"
)

// guardedReceiver is a source that checks its senders by itself.
type guardedReceiver struct{ http.Handler }

func (guardedReceiver) Guarded() bool { return true }

// TestToken: without the token there is health and the console, and nothing else; a source with a token of its own decides itself.
func TestToken(t *testing.T) {
	token, err := access.NewToken("s3cret")
	if err != nil {
		t.Fatal(err)
	}
	taken := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "taken") })
	b := &fakeBackend{status: sampleStatus(), schema: &Schema{}}
	h := New(b, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "console") }), Options{Token: token,
		Receivers: func() map[string]http.Handler {
			return map[string]http.Handler{"plain": taken, "own": guardedReceiver{taken}}
		}})
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("anyone:s3cret"))
	for _, c := range []struct {
		method, path, header string
		status               int
	}{
		{"GET", "/healthz", "", 200}, {"GET", "/readyz", "", 200}, {"GET", "/", "", 200}, {"GET", "/assets/x.js", "", 200}, {"GET", "/sql", "", 200},
		{"GET", "/v1/status", "", 401}, {"GET", "/v1/status", "Bearer s3cret", 200}, {"GET", "/v1/status", "bearer s3cret", 200}, {"GET", "/v1/status", basic, 200},
		{"GET", "/v1/status", "Bearer s3cre", 401}, {"GET", "/v1/status", "Bearer", 401}, {"GET", "/v1/status", "s3cret", 401}, {"GET", "/v1/status", "Basic s3cret", 401},
		{"GET", "/metrics", "", 401}, {"GET", "/metrics", "Bearer s3cret", 200}, {"GET", "/v1/nothing", "", 401}, {"GET", "/v1/", "", 401}, {"GET", "/v1", "", 401},
		{"POST", "/v1/sql", "", 401}, {"POST", "/v1/plan", "", 401}, {"POST", "/v1/validate", "", 401}, {"GET", "/v1/schema", "", 401},
		{"GET", "/v1/schema", "Bearer s3cret", 200}, {"GET", "/v1/views/hot/changes", "", 401}, {"GET", "//v1/status", "", 200}, // of the console
		{"POST", "/v1/sources/plain/events", "", 401}, {"POST", "/v1/sources/plain/events", "Bearer s3cret", 200}, {"POST", "/v1/sources/nosuch/events", "", 401},
		{"POST", "/v1/sources/own/events", "", 200}, {"POST", "/v1/sources/nosuch/events", "Bearer s3cret", 404}, {"POST", "/v1/dead-letters/replay", "", 401},
	} {
		answer := recordWith(h, c.method, c.path, c.header)
		if answer.Code != c.status {
			t.Errorf("%s %s with %q: %d %s", c.method, c.path, c.header, answer.Code, answer.Body)
		}
		if c.status == 401 && (!strings.Contains(answer.Body.String(), `"code":"unauthorized"`) || answer.Header().Get("WWW-Authenticate") == "") {
			t.Errorf("%s: %s", c.path, answer.Body)
		}
		if c.status == 401 && strings.Contains(answer.Body.String(), "was sent another") != (c.header != "") {
			t.Errorf("%s with %q: %s", c.path, c.header, answer.Body)
		}
		if c.path == "//v1/status" && answer.Body.String() != "console" {
			t.Errorf("%s: %s", c.path, answer.Body)
		}
	}
}
