package server

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// fakeState answers every statement with the same rows, and fails for those with "fail" in them after some.
type fakeState struct {
	mem    memory.Allocator
	closed int
}

func (f *fakeState) Epoch() int64 { return 7 }

func (f *fakeState) Query(sql string) (*Result, error) {
	if strings.Contains(sql, "mistake") {
		return nil, &UserError{Message: "a mistake", Code: "binder", Position: 0}
	}
	var fail error
	if strings.Contains(sql, "fail") {
		fail = errors.New("it fails")
	}
	return hotResult(f.mem, new(int), fail, 3, 2), nil
}

func (f *fakeState) Close() { f.closed++ }

// TestExport: each table is announced, and comes whole; the last part says whether the export is.
func TestExport(t *testing.T) {
	state := &fakeState{mem: checked(t)}
	b := &fakeBackend{state: state, schema: &Schema{Tables: []SchemaTable{{Schema: "main", Name: "hot", Kind: KindView}, {Schema: "main", Name: "rates", Kind: KindTable},
		{Schema: "weir", Name: "late_rows", Kind: KindSystem}}}}
	url := start(t, b, Options{}).URL
	for body, want := range map[string]string{
		"": "hot of 7, 5 rows; end", `{"views":["HOT","rates"]}`: "hot of 7, 5 rows; rates of 7, 5 rows; end", `{"sql":"SELECT 1"}`: "result of 7, 5 rows; end",
		`{"sql":"fail"}`: "result of 7, 5 rows; it fails", `{"sql":"mistake"}`: "a mistake",
	} {
		answer, text := ask(t, http.MethodPost, url+"/v1/export", body)
		if got := exportOf(t, answer, text); got != want {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
	for body, status := range map[string]int{`{"views":["late_rows"]}`: 404, `{"views":["x"],"sql":"SELECT 1"}`: 400, `{"view":"hot"}`: 400} {
		if answer, text := ask(t, http.MethodPost, url+"/v1/export", body); answer.StatusCode != status {
			t.Errorf("%s: %d %s", body, answer.StatusCode, text)
		}
	}
	if state.closed != 5 {
		t.Errorf("%d of 5 states were closed", state.closed)
	}
}

// exportOf tells what is in an export.
func exportOf(t *testing.T, answer *http.Response, text string) string {
	t.Helper()
	_, parameters, err := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	parts := multipart.NewReader(strings.NewReader(text), parameters["boundary"])
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return strings.Join(out, "; ")
		}
		if err != nil {
			t.Fatal(err)
		}
		var about Exported
		if err := json.NewDecoder(part).Decode(&about); err != nil {
			t.Fatal(err)
		}
		switch {
		case about.End:
			out = append(out, "end")
		case about.Error != nil:
			out = append(out, about.Error.Message)
		default:
			rows, err := parts.NextPart()
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, about.Table+" of "+string(rune('0'+about.Epoch))+", "+countRows(t, rows))
		}
	}
}

func countRows(t *testing.T, from io.Reader) string {
	t.Helper()
	r, err := ipc.NewReader(from)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Release()
	n := int64(0)
	for r.Next() {
		n += r.RecordBatch().NumRows()
	}
	if r.Err() != nil {
		t.Fatal(r.Err())
	}
	return string(rune('0'+n)) + " rows"
}
