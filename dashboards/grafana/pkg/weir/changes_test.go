package weir

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// events are what a server sends as changes, before it ends the connection.
func events(t *testing.T, text string) *Changes {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.String() != "/v1/views/a%2Fb/changes?progress=true&from_epoch=6" || r.Header.Get("Accept") != "text/event-stream" {
			t.Errorf("%s", r.URL)
		}
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(s.Close)
	c, err := New(s.URL, "", s.Client())
	if err != nil {
		t.Fatal(err)
	}
	changes, err := c.Changes(context.Background(), "a/b", 6)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(changes.Close)
	return changes
}

const columns = "event: schema\ndata: {\"columns\":[{\"name\":\"k\",\"type\":\"VARCHAR\"}]}\n\n"

// An epoch counts when its progress has come: not before, and with all its parts.
func TestChanges(t *testing.T) {
	c := events(t, columns+": heartbeat\n\n"+
		"event: changes\ndata: {\"epoch\":7,\"gap\":false,\"rows\":[[1,\"a\"],[-1,\"b\"]]}\n\n"+
		"event: changes\nid: 7\ndata: {\"epoch\":7,\"gap\":false,\"rows\":[[1,\"c\"]]}\n\nevent: progress\nid: 7\ndata: {\"epoch\":7}\n\n"+
		"event: progress\nid: 8\ndata: {\"epoch\":8}\n\nevent: changes\nid: 9\ndata: {\"epoch\":9,\"gap\":true,\"rows\":[]}\n\nevent: progress\ndata: {\"epoch\":9}\n\n"+
		"event: changes\nid: 10\ndata: {\"epoch\":10,\"gap\":false,\"rows\":[[1,\"half an epoch\"]]}\n\n")
	if len(c.Columns) != 1 || c.Columns[0].Name != "k" {
		t.Error(c.Columns)
	}
	for _, want := range []string{"7 false [1:\"a\" -1:\"b\" 1:\"c\"]", "8 false []", "9 true []"} {
		got, err := c.Next()
		if err != nil {
			t.Fatal(err)
		}
		rows := []string{}
		for _, r := range got.Rows {
			rows = append(rows, fmt.Sprintf("%d:%s", r.Weight, r.Values[0]))
		}
		if text := fmt.Sprint(got.Epoch, got.Gap, rows); text != want {
			t.Errorf("%s, want %s", text, want)
		}
	}
	var f *Failure
	if _, err := c.Next(); !errors.As(err, &f) || f.Kind != BrokenOff {
		t.Errorf("an epoch without its progress gave %v", err)
	}
}

func TestChangesEnd(t *testing.T) {
	if _, err := events(t, columns+"event: end\ndata: {}\n\n").Next(); err != io.EOF {
		t.Error(err)
	}
}

func TestTimeColumn(t *testing.T) {
	at := func(names ...string) (out []Column) {
		for _, n := range names {
			out = append(out, Column{Name: n, Type: "TIMESTAMP WITH TIME ZONE"})
		}
		return append(out, Column{Name: "n", Type: "BIGINT"})
	}
	for want, columns := range map[string][]Column{
		"window_start": at("ts", "window_end", "window_start"), "window_end": at("ts", "window_end"), "ts": at("ts"), "": at(),
	} {
		if got := TimeColumn(columns); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
