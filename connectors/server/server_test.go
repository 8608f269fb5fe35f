package server

import (
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/weirdb/weir/engine"
)

func TestViews(t *testing.T) {
	s := start(t, &fakeBackend{status: sampleStatus()}, Options{})
	hot := `{"view":"hot","title":"Hot","sql":"SELECT 1","source":"bid","emit":"close","time":"window_start","keys":["channel"],"columns":[{"name":"window_start","type":"TIMESTAMP"},` +
		`{"name":"channel","type":"VARCHAR","comment":"where"},{"name":"bids","type":"BIGINT","unit":"short"}],"rows_in":98,"rows_out":5,"late_rows":1,"duplicates":2,` +
		`"watermark":"2026-01-01T10:00:00.5","state":"running"}`
	failed := `{"view":"a/b","sql":"","source":"bid","emit":"changes","keys":null,"columns":[],"rows_in":0,"rows_out":0,"late_rows":0,"duplicates":0,` +
		`"watermark":null,"state":"failed","error":"boom"}`
	for path, want := range map[string]string{
		"/v1/views":        `{"views":[` + hot + `,` + failed + `]}`,
		"/v1/views/hot":    hot,
		"/v1/views/a%2Fb":  failed,
		"/v1/views/h%6Ft":  hot,
		"/v1/views/nobody": `{"error":{"message":"there is no view \"nobody\"","code":"no_view","names":["a/b","hot"]}}`,
	} {
		if _, text := ask(t, "GET", s.URL+path, ""); text != want+"\n" {
			t.Errorf("%s: got\n%s", path, text)
		}
	}
}

func TestSources(t *testing.T) {
	s := start(t, &fakeBackend{status: sampleStatus()}, Options{})
	_, text := ask(t, "GET", s.URL+"/v1/sources", "")
	want := `{"sources":[{"name":"bid","connector":"kafka","records":100,"bytes":2048,"dead_letters":2,"partitions":[` +
		`{"partition":"0","next":50,"waiting":9,"watermark":"2026-01-01T10:00:00.5","state":"active"},` +
		`{"partition":"1","next":0,"waiting":null,"watermark":null,"state":"idle"},` +
		`{"partition":"2","next":50,"waiting":0,"watermark":"infinity","state":"ended"}]},` +
		`{"name":"gone","connector":"file","records":0,"bytes":0,"dead_letters":0,"partitions":[],"error":"file: open x: no such file"}]}` + "\n"
	if text != want {
		t.Errorf("got\n%s", text)
	}
}

func TestStatusReadsBack(t *testing.T) {
	want := sampleStatus()
	_, text := ask(t, "GET", start(t, &fakeBackend{status: want}, Options{}).URL+"/v1/status", "")
	var got engine.Status
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

func TestHealth(t *testing.T) {
	b := &fakeBackend{ready: errors.New("source bid: not open yet")}
	s := start(t, b, Options{})
	if answer, _ := ask(t, "GET", s.URL+"/healthz", ""); answer.StatusCode != 200 {
		t.Errorf("healthz: %d", answer.StatusCode)
	}
	if answer, text := ask(t, "GET", s.URL+"/readyz", ""); answer.StatusCode != 503 || !strings.Contains(text, "bid: not open yet") {
		t.Errorf("readyz before: %d %s", answer.StatusCode, text)
	}
	b.ready = nil
	if answer, _ := ask(t, "GET", s.URL+"/readyz", ""); answer.StatusCode != 200 {
		t.Errorf("readyz after: %d", answer.StatusCode)
	}
}

func TestPathsThatAreNotThere(t *testing.T) {
	console := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("console")) })
	withConsole := New(&fakeBackend{}, console, Options{})
	for _, c := range []struct {
		method, path string
		status       int
		text         string
	}{
		{"GET", "/v1/nothing", 404, `"no_route"`}, {"DELETE", "/v1/views/hot", 405, `"no_method"`}, {"GET", "/v1/sql", 405, `"no_method"`},
		{"GET", "/", 200, "console"}, {"GET", "/views/hot", 200, "console"},
	} {
		answer, text := record(withConsole, c.method, c.path)
		if answer != c.status || !strings.Contains(text, c.text) {
			t.Errorf("%s %s: got %d %s", c.method, c.path, answer, text)
		}
	}
	if status, text := record(New(&fakeBackend{}, nil, Options{}), "GET", "/"); status != 404 || !strings.Contains(text, "/v1/sql") {
		t.Errorf("without a console: got %d %s", status, text)
	}
}

func TestOrigins(t *testing.T) {
	s := start(t, &fakeBackend{status: sampleStatus()}, Options{AllowedOrigins: []string{"https://good.example"}})
	answer, _ := ask(t, "POST", s.URL+"/v1/sql", "FROM hot", "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site")
	if answer.StatusCode != 403 {
		t.Errorf("a statement of another site: %d", answer.StatusCode)
	}
	answer, _ = ask(t, "GET", s.URL+"/v1/views", "", "Origin", "https://evil.example")
	if h := answer.Header.Get("Access-Control-Allow-Origin"); h != "" {
		t.Errorf("another site may read: %q", h)
	}
	answer, _ = ask(t, "OPTIONS", s.URL+"/v1/sql", "", "Origin", "https://good.example", "Access-Control-Request-Method", "POST")
	if answer.StatusCode != 204 || answer.Header.Get("Access-Control-Allow-Origin") != "https://good.example" {
		t.Errorf("preflight: %d %v", answer.StatusCode, answer.Header)
	}
	answer, _ = ask(t, "GET", s.URL+"/v1/views", "", "Origin", "https://good.example")
	if answer.StatusCode != 200 || answer.Header.Get("Access-Control-Allow-Origin") != "https://good.example" {
		t.Errorf("allowed: %d %v", answer.StatusCode, answer.Header)
	}
}
