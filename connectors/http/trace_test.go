package http

import (
	"testing"

	"github.com/weirdb/weir/engine"
)

const (
	parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	other  = "00-11111111111111111111111111111111-2222222222222222-01"
)

// Events belong to the trace of the request that brought them, unless they are CloudEvents that name their own.
func TestTraces(t *testing.T) {
	s, _ := opened(t, t.TempDir(), nil)
	own := `{"specversion":"1.0","id":"1","source":"s","type":"t","traceparent":"` + other + `","tracestate":"a=1","data":{"n":1}}`
	without := `{"specversion":"1.0","id":"2","source":"s","type":"t","data":{"text":"ce_traceparent"}}`
	wrong := `{"specversion":"1.0","id":"3","source":"s","type":"t","traceparent":"nonsense"}`
	for _, c := range []struct {
		name, contentType, body string
		headers                 []string
		want                    []engine.TraceContext
	}{
		{"none", "application/json", `{"a":1}`, nil, []engine.TraceContext{""}},
		{"the request's", "application/json", `[{"a":1},{"a":2}]`, []string{"traceparent", parent}, []engine.TraceContext{parent, parent}},
		{"with state", "application/json", `{"a":1}`, []string{"Traceparent", parent, "Tracestate", "x=1"}, []engine.TraceContext{parent + " x=1"}},
		{"not one", "application/json", `{"a":1}`, []string{"traceparent", "nonsense"}, []engine.TraceContext{""}},
		{"CloudEvents", "application/cloudevents-batch+json", "[" + own + "," + without + "," + wrong + "]", []string{"traceparent", parent},
			[]engine.TraceContext{other + " a=1", parent, parent}},
		{"CloudEvents without a request's", "application/cloudevents-batch+json", "[" + own + "," + without + "]", nil, []engine.TraceContext{other + " a=1", ""}},
		{"binary mode", "application/json", `{"n":1}`, []string{"ce-specversion", "1.0", "ce-id", "1", "ce-source", "s", "ce-type", "t", "ce-traceparent", other,
			"traceparent", parent}, []engine.TraceContext{other}},
	} {
		_, from := s.journal.Bounds()
		if status, text := post(s, c.contentType, c.body, c.headers...); status != 202 {
			t.Fatalf("%s: %d %s", c.name, status, text)
		}
		r, err := s.Open(t.Context(), engine.ReadOptions{Bounded: true, Traces: true, Aside: true, From: map[string]int64{"0": from}})
		if err != nil {
			t.Fatal(err)
		}
		fetches, err := r.Poll(t.Context())
		if err != nil || len(fetches) != 1 || len(fetches[0].Records) != len(c.want) {
			t.Fatalf("%s: %v, %v", c.name, fetches, err)
		}
		for i, record := range fetches[0].Records {
			got := engine.TraceContext("")
			if record.Meta != nil {
				got = engine.TraceContextOf(record.Meta.Headers)
			}
			if got != c.want[i] {
				t.Errorf("%s: event %d has %q, want %q", c.name, i, got, c.want[i])
			}
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}
