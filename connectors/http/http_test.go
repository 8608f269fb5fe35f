package http

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	nethttp "net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/weirdb/weir/engine"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// configured is a source with options over the defaults, whose journal is in dir.
func configured(t *testing.T, dir string, given map[string]string) (*source, error) {
	t.Helper()
	o, err := engine.Validate(given, Connector.SourceOptions)
	if err != nil {
		t.Fatal(err)
	}
	return newSource(engine.SourceConfig{Name: "s", Options: o, Dir: dir})
}

// opened is a source that takes events, until the test's end.
func opened(t *testing.T, dir string, given map[string]string) (*source, engine.Reader) {
	t.Helper()
	s, err := configured(t, dir, given)
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Open(t.Context(), engine.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return s, r
}

// post sends a body, and returns the status code and what the answer says.
func post(s *source, contentType, body string, headers ...string) (int, string) {
	r := httptest.NewRequest(nethttp.MethodPost, "/v1/sources/s/events", strings.NewReader(body))
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Code, strings.TrimSpace(w.Body.String())
}

// events are what a source's journal holds.
func events(t *testing.T, s *source) (out []string) {
	t.Helper()
	r := s.journal.Read(-1, true)
	defer r.Close()
	for {
		fetches, err := r.Poll(context.Background())
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range fetches {
			for _, e := range f.Records {
				out = append(out, string(e.Value))
			}
		}
	}
}

const structuredEvent = `{"specversion":"1.0","id":"7","source":"/attic","type":"reading","time":"2026-03-01T10:00:01Z","data":{"value":11,"place":{"floor":3}}}`

// Every kind of body, and what it is cut into.
func TestBodies(t *testing.T) {
	flat := `{"ce_id":"7","ce_source":"/attic","ce_specversion":"1.0","ce_time":"2026-03-01T10:00:01Z","ce_type":"reading","value":11,"place":{"floor":3}}`
	binaryHeaders := []string{"ce-specversion", "1.0", "Ce-Id", "7", "CE-SOURCE", "/a%20b%C3%A9", "ce-type", "t"}
	const binaryHead = `{"ce_datacontenttype":"`
	const binaryTail = `","ce_id":"7","ce_source":"/a bé","ce_specversion":"1.0","ce_type":"t",`
	for _, c := range []struct {
		name, contentType, body string
		headers                 []string
		want                    []string
	}{
		{"one", "application/json", ` {"a": 1} `, nil, []string{`{"a": 1}`}},
		{"over lines", "application/json; charset=utf-8", "{\n \"a\":\n 1}\n", nil, []string{"{\n \"a\":\n 1}"}},
		{"array", "application/json", `[{"a":1}, {"a":[2]},null]`, nil, []string{`{"a":1}`, `{"a":[2]}`, `null`}},
		{"empty array", "application/json", `[]`, nil, nil},
		{"values", "", "{\"a\":1}\n{\"a\":2}{\"a\":3}", nil, []string{`{"a":1}`, `{"a":2}`, `{"a":3}`}},
		{"curl -d", "application/x-www-form-urlencoded", `{"a":"x&y=+"}`, nil, []string{`{"a":"x&y=+"}`}},
		{"lines", "application/x-ndjson", "{\"a\":1}\r\n\n  \n[2]\n\"x\"", nil, []string{`{"a":1}`, `[2]`, `"x"`}},
		{"byte order mark", "application/x-ndjson", "\xef\xbb\xbf{\"a\":1}", nil, []string{`{"a":1}`}},
		{"cloudevent", "application/cloudevents+json; charset=utf-8", structuredEvent, nil, []string{flat}},
		{"cloudevents", "application/cloudevents-batch+json", "[" + structuredEvent + "," + structuredEvent + "]", nil, []string{flat, flat}},
		{"no cloudevents", "application/cloudevents-batch+json", "[]", nil, nil},
		{"without data", "application/cloudevents+json", `{"specversion":"1.0","id":"1","source":"s","type":"t","data":{ }}`, nil,
			[]string{`{"ce_id":"1","ce_source":"s","ce_specversion":"1.0","ce_type":"t"}`}},
		{"data is no object", "application/cloudevents+json", `{"specversion":"1.0","id":"1","source":"s","type":"t","data":[1]}`, nil,
			[]string{`{"ce_id":"1","ce_source":"s","ce_specversion":"1.0","ce_type":"t","data":[1]}`}},
		{"binary mode", "application/json", ` {"v": 1} `, binaryHeaders, []string{binaryHead + "application/json" + binaryTail + `"v": 1}`}},
		{"binary text", "text/csv", "a,b", binaryHeaders, []string{binaryHead + "text/csv" + binaryTail + `"data":"a,b"}`}},
		{"binary bytes", "image/png", "\x89P", binaryHeaders, []string{binaryHead + "image/png" + binaryTail + `"data_base64":"iVA="}`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, _ := opened(t, t.TempDir(), nil)
			code, said := post(s, c.contentType, c.body, c.headers...)
			want, _ := json.Marshal(map[string]int{"accepted": len(c.want)})
			if code != nethttp.StatusAccepted || said != string(want) {
				t.Fatalf("%d %s", code, said)
			}
			got := events(t, s)
			if strings.Join(got, "|") != strings.Join(c.want, "|") {
				t.Errorf("got\n%q\nwant\n%q", got, c.want)
			}
			for _, e := range got {
				if !json.Valid([]byte(e)) {
					t.Errorf("no JSON: %s", e)
				}
			}
		})
	}
}

// Every refusal says where, why, and what to do; nothing of the body is kept.
func TestRefusals(t *testing.T) {
	ce := []string{"Ce-Specversion", "1.0", "Ce-Id", "1", "Ce-Source", "s"}
	for _, c := range []struct {
		name, contentType, body string
		headers                 []string
		code                    int
		want                    string
	}{
		{"empty", "application/json", " \n", nil, 400, `the body is empty`},
		{"line", "application/x-ndjson", "{\"a\":1}\n\n{\"a\":x}\n{\"a\":3}", nil, 400, `"line 3, column 6: invalid character 'x'`},
		{"line cut short", "application/x-ndjson", "{\"a\":1}\n{\"a\":", nil, 400, `"line 2, column 6: the JSON ends too early`},
		{"two on a line", "application/x-ndjson", `{"a":1} {"a":2}`, nil, 400, `"line 1, column 9: invalid character '{' after top-level value`},
		{"json", "application/json", "[\n{\"a\":1},\n{\"é\":tru}]", nil, 400, `"line 3, column 9: invalid character '}'`},
		{"cut short", "", "{\"a\":1}\n{\"a\"", nil, 400, `"line 2, column 5: the JSON ends too early`},
		{"type", "text/csv", "a,b", nil, 415, `Content-Type: text/csv is not known; allowed are application/json, application/x-ndjson`},
		{"encoding", "", "{}", []string{"Content-Encoding", "br"}, 415, `allowed is gzip`},
		{"no gzip", "", "{}", []string{"Content-Encoding", "gzip"}, 400, `Content-Encoding is gzip: `},
		{"long", "", `{"a":"` + strings.Repeat("x", 200) + `"}`, nil, 413, `more than 200 bytes: send it in parts, or raise max_body of source s`},
		{"not a cloudevent", "application/cloudevents+json", `{"id":"1"}`, nil, 400, `event 1: the CloudEvent has no attribute source`},
		{"old", "application/cloudevents+json", `{"specversion":"0.3","id":"1","source":"s","type":"t"}`, nil, 400, `has specversion \"0.3\"; 1.0 is known`},
		{"second of a batch", "application/cloudevents-batch+json", `[{"specversion":"1.0","id":"1","source":"s","type":"t"},7]`, nil, 400, `event 2: it is no JSON object`},
		{"several", "application/cloudevents+json", `[{},{}]`, nil, 400, `application/cloudevents-batch+json`},
		{"binary without type", "", "{}", ce, 400, `no attribute type`},
		{"binary no JSON", "application/json", "{\n?", append([]string{"Ce-Type", "t"}, ce...), 400, `"line 2, column 1: invalid character '?'`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, _ := opened(t, t.TempDir(), map[string]string{"max_body": "200"})
			code, said := post(s, c.contentType, c.body, c.headers...)
			if code != c.code || !strings.Contains(said, c.want) || !strings.Contains(said, `{"error":{"message":"`) {
				t.Errorf("%d %s\nwant %d %s", code, said, c.code, c.want)
			}
			if got := events(t, s); len(got) > 0 {
				t.Errorf("kept %q", got)
			}
		})
	}
}

func zipped(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(text))
	_ = z.Close()
	return b.String()
}

// A compressed body counts as long as it is unpacked.
func TestGzip(t *testing.T) {
	s, _ := opened(t, t.TempDir(), map[string]string{"max_body": "1000"})
	if code, said := post(s, "", zipped(`{"a":1}`), "Content-Encoding", "gzip"); code != 202 {
		t.Errorf("%d %s", code, said)
	}
	if code, said := post(s, "", zipped(`{"a":"`+strings.Repeat("x", 1000)+`"}`), "Content-Encoding", "gzip"); code != 413 {
		t.Errorf("%d %s", code, said)
	}
	if got := events(t, s); len(got) != 1 || got[0] != `{"a":1}` {
		t.Errorf("%q", got)
	}
}

// Without the token nothing comes in, and the body is not read.
func TestToken(t *testing.T) {
	s, _ := opened(t, t.TempDir(), map[string]string{"token": "secret"})
	for _, header := range []string{"", "Bearer", "Bearer wrong", "Basic secret", "secret"} {
		if code, said := post(s, "", `{"a":1}`, "Authorization", header); code != 401 || strings.Contains(said, "secret") {
			t.Errorf("%q: %d %s", header, code, said)
		}
	}
	if code, said := post(s, "", `{"a":1}`, "Authorization", "bearer secret"); code != 202 {
		t.Errorf("%d %s", code, said)
	}
	if got := events(t, s); len(got) != 1 {
		t.Errorf("%q", got)
	}
}

// At its bounds the source pushes back, and takes the same body when there is room.
func TestBackPressure(t *testing.T) {
	s, r := opened(t, t.TempDir(), map[string]string{"max_waiting": "2"})
	if code, said := post(s, "", `[{"a":1},{"a":2}]`); code != 202 {
		t.Fatalf("%d %s", code, said)
	}
	if code, said := post(s, "", `{"a":3}`); code != 429 || !strings.Contains(said, "max_waiting") {
		t.Errorf("behind: %d %s", code, said)
	}
	if _, err := r.Poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if code, said := post(s, "", `{"a":3}`); code != 202 {
		t.Errorf("caught up: %d %s", code, said)
	}
	s, _ = opened(t, t.TempDir(), map[string]string{"max_bytes": "300", "retention_bytes": "100", "max_body": "200"})
	w := httptest.NewRecorder()
	for range 10 {
		w = httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(nethttp.MethodPost, "/", strings.NewReader(`{"a":"`+strings.Repeat("x", 50)+`"}`)))
	}
	if w.Code != 429 || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), "is full (max_bytes)") {
		t.Errorf("full: %d %v %s", w.Code, w.Header(), w.Body)
	}
}

// What the journal could not write is told apart: a full disk, and everything else.
func TestDiskErrors(t *testing.T) {
	s := &source{name: "s"}
	for err, want := range map[syscall.Errno]int{syscall.ENOSPC: 507, syscall.EDQUOT: 507, syscall.EIO: 503} {
		w := httptest.NewRecorder()
		answer(w, s.refusalOf(fmt.Errorf("journal: %w", &os.PathError{Op: "write", Path: "x", Err: err})))
		if w.Code != want || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), err.Error()) {
			t.Errorf("%v: %d %v %s", err, w.Code, w.Header(), w.Body)
		}
	}
}

// Before it is opened, after it is closed, and while it reads only what is there, a source takes nothing.
func TestClosed(t *testing.T) {
	dir := t.TempDir()
	s, err := configured(t, dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	refuses := func(when string) {
		t.Helper()
		if code, said := post(s, "", `{"a":1}`); code != 503 || !strings.Contains(said, "takes no events now") {
			t.Errorf("%s: %d %s", when, code, said)
		}
	}
	refuses("before")
	r, err := s.Open(t.Context(), engine.ReadOptions{Bounded: true})
	if err != nil {
		t.Fatal(err)
	}
	refuses("once")
	r.Close()
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("reading has left %v", left)
	}
	if r, err = s.Open(t.Context(), engine.ReadOptions{}); err != nil {
		t.Fatal(err)
	}
	if code, said := post(s, "", `{"a":1}`); code != 202 {
		t.Errorf("%d %s", code, said)
	}
	r.Close()
	refuses("after")
}

// What was removed cannot be read again: whoever wants all of it is told so, others begin at what is left.
func TestReadAgain(t *testing.T) {
	dir := t.TempDir()
	s, err := configured(t, dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Open(t.Context(), engine.ReadOptions{From: map[string]int64{"0": 70}}) // the journal begins at event 70
	if err != nil {
		t.Fatal(err)
	}
	if code, said := post(s, "", `[{"a":1},{"a":2}]`); code != 202 {
		t.Fatalf("%d %s", code, said)
	}
	r.Close()
	for from, want := range map[int64]string{0: "the journal begins at event 70: what came before was removed", 70: "", 71: ""} {
		r, err := s.Open(t.Context(), engine.ReadOptions{Bounded: true, Again: true, From: map[string]int64{"0": from}})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("from %d: %v", from, err)
		}
		if err == nil {
			r.Close()
		}
	}
}

// Options that do not go together are refused, with what is allowed.
func TestOptions(t *testing.T) {
	for _, c := range []struct {
		given map[string]string
		want  string
	}{
		{map[string]string{"fsync": "sometimes"}, "fsync = 'sometimes': allowed are 'always', 'never', and a duration"},
		{map[string]string{"token": ""}, "option token is empty"},
		{map[string]string{"max_bytes": "1000", "retention_bytes": "1000"}, "want less than max_bytes = '1000'"},
		{map[string]string{"max_body": "0"}, "max_body = '0'"},
	} {
		if _, err := configured(t, t.TempDir(), c.given); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v", c.given, err)
		}
	}
	if _, err := configured(t, "", nil); err == nil || !strings.Contains(err.Error(), "option path is missing") {
		t.Errorf("in memory: %v", err)
	}
	dir := filepath.Join(t.TempDir(), "elsewhere")
	s, _ := opened(t, "", map[string]string{"path": dir, "fsync": "1 ms"})
	if code, said := post(s, "", `{"a":1}`); code != 202 {
		t.Errorf("%d %s", code, said)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.journal")); len(left) != 1 {
		t.Errorf("the journal is not at path: %v", left)
	}
}
