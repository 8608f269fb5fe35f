package server

import (
	"net/http"
	"strings"
	"testing"
)

// Events go to the source that the path names, if it takes any; from other web sites nothing does.
func TestEvents(t *testing.T) {
	taken := 0
	o := Options{Receivers: func() map[string]http.Handler {
		return map[string]http.Handler{"a/b": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			taken++
			w.WriteHeader(http.StatusAccepted)
		})}
	}}
	b := &fakeBackend{status: sampleStatus()}
	s := start(t, b, o)
	for _, c := range []struct {
		method, source, origin string
		code                   int
		want                   string
	}{
		{"POST", "a%2Fb", "", 202, ""},
		{"POST", "A%2fB", "", 202, ""},
		{"POST", "nobody", "", 404, `there is no source \"nobody\"","code":"no_source","names":["a/b"]`},
		{"POST", "bid", "", 404, `source bid is read with connector = 'kafka': events can be sent to those with connector = 'http'`},
		{"GET", "bid", "", 405, `events to /v1/sources/{source}/events`},
		{"POST", "a%2Fb", "https://elsewhere.example", 403, `requests from other web sites are refused`},
	} {
		headers := []string{"Content-Type", "text/plain"}
		if c.origin != "" {
			headers = append(headers, "Origin", c.origin)
		}
		answer, text := ask(t, c.method, s.URL+"/v1/sources/"+c.source+"/events", "{}", headers...)
		if answer.StatusCode != c.code || !strings.Contains(text, c.want) {
			t.Errorf("%s %s: %d %s", c.method, c.source, answer.StatusCode, text)
		}
	}
	if taken != 2 {
		t.Errorf("%d requests were taken, want 2", taken)
	}
	b.ready = ErrStarting
	if answer, _ := ask(t, "POST", s.URL+"/v1/sources/nobody/events", "{}"); answer.StatusCode != 503 {
		t.Errorf("while it starts: %d", answer.StatusCode)
	}
}
