package server

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/ipc"
)

// answering is a backend that gives one result, and notes what it was asked.
func answering(t *testing.T, fail error, sizes ...int) (b *fakeBackend, asked *string, closed *int) {
	t.Helper()
	mem := checked(t)
	asked, closed = new(string), new(int)
	return &fakeBackend{query: func(_ context.Context, sql string, _ Limits) (*Result, error) {
		*asked = sql
		return hotResult(mem, closed, fail, sizes...), nil
	}}, asked, closed
}

func TestSQLAsJSON(t *testing.T) {
	b, asked, closed := answering(t, nil, 1, 1)
	s := start(t, b, Options{})
	answer, text := ask(t, "POST", s.URL+"/v1/sql", "FROM hot")
	want := `{"columns":[{"name":"window_start","type":"TIMESTAMP"},{"name":"channel","type":"VARCHAR"},{"name":"bids","type":"BIGINT"}],"rows":[
["1970-01-01T00:00:00","web",0],
["1970-01-01T00:00:01","web",1]],"truncated":false}
`
	if answer.StatusCode != 200 || answer.Header.Get("Content-Type") != "application/json" || text != want {
		t.Errorf("got %d %s\n%s", answer.StatusCode, answer.Header, text)
	}
	if *asked != "FROM hot" || *closed != 1 {
		t.Errorf("asked %q, closed %d times", *asked, *closed)
	}
}

func TestSQLBodies(t *testing.T) {
	for _, c := range []struct {
		media, body, statement string
		status                 int
	}{
		{"", "SELECT 1", "SELECT 1", 200},
		{"application/x-www-form-urlencoded", "SELECT 1", "SELECT 1", 200}, // what curl -d sends
		{"application/json; charset=utf-8", `{"sql": "SELECT 'é'"}`, "SELECT 'é'", 200},
		{"application/json", `{"sql": 5}`, "", 400},
		{"application/json", `{`, "", 400},
		{"application/json", `{}`, "", 400},
		{"text/plain", " \n", "", 400},
		{"text/plain", "\xff", "", 400},
		{"text/plain", strings.Repeat("x", 101), "", 413},
	} {
		b, asked, _ := answering(t, nil)
		s := start(t, b, Options{MaxBody: 100})
		answer, text := ask(t, "POST", s.URL+"/v1/sql", c.body, "Content-Type", c.media)
		if answer.StatusCode != c.status || *asked != c.statement {
			t.Errorf("%s %q: got %d, asked %q: %s", c.media, c.body, answer.StatusCode, *asked, text)
		}
	}
}

func TestSQLLimits(t *testing.T) {
	for _, c := range []struct {
		limit     string
		rows      int
		truncated bool
	}{{"", 5, true}, {"5", 5, true}, {"6", 6, true}, {"7", 7, false}, {"8", 7, false}, {"3", 3, true}} {
		b, _, _ := answering(t, nil, 3, 4)
		s := start(t, b, Options{DefaultRows: 5})
		_, text := ask(t, "POST", s.URL+"/v1/sql?limit="+c.limit, "FROM hot")
		var got struct {
			Rows      [][]any
			Truncated bool
		}
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Fatal(err)
		}
		if len(got.Rows) != c.rows || got.Truncated != c.truncated {
			t.Errorf("limit %q: got %d rows, truncated %t", c.limit, len(got.Rows), got.Truncated)
		}
	}
	b, _, _ := answering(t, nil)
	for _, limit := range []string{"0", "-1", "x", "1000001"} {
		if answer, text := ask(t, "POST", start(t, b, Options{}).URL+"/v1/sql?limit="+limit, "FROM hot"); answer.StatusCode != 400 {
			t.Errorf("limit %q: got %d %s", limit, answer.StatusCode, text)
		}
	}
}

func TestSQLAsArrow(t *testing.T) {
	for _, c := range []struct {
		limit, truncated string
		rows             int64
	}{{"100", "", 7}, {"4", "true", 4}} {
		b, _, _ := answering(t, nil, 3, 4)
		s := start(t, b, Options{})
		answer, text := ask(t, "POST", s.URL+"/v1/sql?limit="+c.limit, "FROM hot", "Accept", "application/vnd.apache.arrow.stream")
		reader, err := ipc.NewReader(strings.NewReader(text), ipc.WithAllocator(checked(t)))
		if err != nil {
			t.Fatal(err)
		}
		rows := int64(0)
		for reader.Next() {
			rows += reader.RecordBatch().NumRows()
		}
		reader.Release()
		if rows != c.rows || answer.Trailer.Get("Weir-Truncated") != c.truncated {
			t.Errorf("limit %s: got %d rows, trailer %v", c.limit, rows, answer.Trailer)
		}
	}
}

func TestSQLAsArrowWithoutRows(t *testing.T) {
	b, _, _ := answering(t, nil)
	_, text := ask(t, "POST", start(t, b, Options{}).URL+"/v1/sql", "FROM hot", "Accept", "application/vnd.apache.arrow.stream")
	reader, err := ipc.NewReader(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Release()
	if reader.Schema().NumFields() != 3 || reader.Next() {
		t.Errorf("got %s", reader.Schema())
	}
}

func TestSQLAsCSV(t *testing.T) {
	b, _, _ := answering(t, nil, 2)
	_, text := ask(t, "POST", start(t, b, Options{}).URL+"/v1/sql", "FROM hot", "Accept", "text/html;q=0.5, text/csv")
	if want := "window_start,channel,bids\n1970-01-01T00:00:00,web,0\n1970-01-01T00:00:01,app,1\n"; text != want {
		t.Errorf("got %q", text)
	}
}

func TestSQLUnknownFormat(t *testing.T) {
	b, _, _ := answering(t, nil)
	answer, text := ask(t, "POST", start(t, b, Options{}).URL+"/v1/sql", "FROM hot", "Accept", "image/png")
	if answer.StatusCode != http.StatusNotAcceptable || !strings.Contains(text, "text/csv") {
		t.Errorf("got %d %s", answer.StatusCode, text)
	}
}

func TestSQLErrors(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		text   string
	}{
		{&UserError{Message: `no column "x"`, Code: "binder", Position: 9}, 400, `{"error":{"message":"no column \"x\"","code":"binder","position":8}}`},
		{&UserError{Message: "m", Code: "parser", Position: -1}, 400, `{"error":{"message":"m","code":"parser"}}`},
		{ErrStarting, 503, `"code":"starting"`},
		{context.DeadlineExceeded, 408, `"code":"timeout"`},
		{context.Canceled, 499, `"code":"cancelled"`},
		{errors.New("disk full"), 500, `"disk full"`},
	} {
		b := &fakeBackend{query: func(context.Context, string, Limits) (*Result, error) { return nil, c.err }}
		answer, text := ask(t, "POST", start(t, b, Options{}).URL+"/v1/sql", "SELECT é, x") // é is two bytes, one character
		if answer.StatusCode != c.status || !strings.Contains(text, c.text) {
			t.Errorf("%v: got %d %s", c.err, answer.StatusCode, text)
		}
	}
}

// TestSQLErrorBetweenRows looks at an error that comes once rows were read: early it is a status, late it must not look like an end.
func TestSQLErrorBetweenRows(t *testing.T) {
	fail := &UserError{Message: "could not convert 'x'", Code: "conversion", Position: -1}
	b, _, closed := answering(t, fail, 2)
	answer, text := ask(t, "POST", start(t, b, Options{}).URL+"/v1/sql", "FROM hot")
	if answer.StatusCode != 400 || strings.Contains(text, "rows") || *closed != 1 {
		t.Errorf("early: got %d %s", answer.StatusCode, text)
	}

	b, _, _ = answering(t, fail, 20_000)
	answer, text = ask(t, "POST", start(t, b, Options{}).URL+"/v1/sql?limit=30000", "FROM hot")
	var late struct {
		Rows  [][]any
		Error struct{ Code string }
	}
	if err := json.Unmarshal([]byte(text), &late); err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != 200 || len(late.Rows) != 20_000 || late.Error.Code != "conversion" {
		t.Errorf("late: got %d, %d rows, code %q", answer.StatusCode, len(late.Rows), late.Error.Code)
	}
}

func TestSQLErrorCutsCSVOff(t *testing.T) {
	for _, accept := range []string{"text/csv", "application/vnd.apache.arrow.stream"} {
		b, _, closed := answering(t, errors.New("broke"), 20_000)
		s := start(t, b, Options{})
		r, _ := http.NewRequestWithContext(t.Context(), "POST", s.URL+"/v1/sql?limit=30000", strings.NewReader("FROM hot"))
		r.Header.Set("Accept", accept)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, answer.Body); err == nil {
			t.Errorf("%s: half a result looks whole", accept)
		}
		answer.Body.Close()
		s.Close()
		if *closed != 1 {
			t.Errorf("%s: result closed %d times", accept, *closed)
		}
	}
}

// waiting is a backend whose statements run until they are stopped.
func waiting(begun chan<- struct{}, ended chan<- error) *fakeBackend {
	return &fakeBackend{query: func(ctx context.Context, _ string, _ Limits) (*Result, error) {
		close(begun)
		<-ctx.Done()
		ended <- ctx.Err()
		return nil, errors.New("INTERRUPT Error: Interrupted!")
	}}
}

func TestSQLStopsWhenTheClientLeaves(t *testing.T) {
	begun, ended := make(chan struct{}), make(chan error, 1)
	s := start(t, waiting(begun, ended), Options{})
	ctx, leave := context.WithCancel(t.Context())
	go func() {
		<-begun
		leave()
	}()
	r, _ := http.NewRequestWithContext(ctx, "POST", s.URL+"/v1/sql", strings.NewReader("FROM hot"))
	if answer, err := http.DefaultClient.Do(r); err == nil {
		answer.Body.Close()
		t.Fatal("an answer came")
	}
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the statement saw %v", err)
	}
}

func TestSQLStopsWhenTimeIsUp(t *testing.T) {
	begun, ended := make(chan struct{}), make(chan error, 1)
	s := start(t, waiting(begun, ended), Options{QueryTimeout: time.Millisecond})
	answer, text := ask(t, "POST", s.URL+"/v1/sql", "FROM hot")
	if answer.StatusCode != 408 || !errors.Is(<-ended, context.DeadlineExceeded) {
		t.Errorf("got %d %s", answer.StatusCode, text)
	}
}
