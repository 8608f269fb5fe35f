package engine

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

func TestTraceContextOfHeaders(t *testing.T) {
	unsampled := strings.TrimSuffix(traceparent, "1") + "2"
	for _, c := range []struct {
		name, parent, state string
		want                TraceContext
		sampled             bool
	}{
		{"sampled", traceparent, "", traceparent, true},
		{"not sampled", unsampled, "", TraceContext(unsampled), false},
		{"with state", traceparent, "a=1, b=2", traceparent + " a=1, b=2", true},
		{"a later version", "01" + traceparent[2:] + "-more", "", TraceContext("01" + traceparent[2:] + "-more"), true},
		{"a state that is none", traceparent, "a=\xff", traceparent, true},
		{"a state over two lines", traceparent, "a=1\nb=2", traceparent, true},
		{"not printable", "01" + traceparent[2:] + "-\xff", "", "", false},
		{"a state without parent", "", "a=1", "", false},
		{"too short", traceparent[:54], "", "", false},
		{"too long", traceparent + "-more", "", "", false},
		{"upper case", strings.ToUpper(traceparent), "", "", false},
		{"no trace", "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "", "", false},
		{"no span", "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", "", "", false},
		{"the version that is none", "ff" + traceparent[2:], "", "", false},
		{"a dash elsewhere", "00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01", "", "", false},
	} {
		headers := []Header{{Name: "other", Value: []byte("x")}, {Name: TraceparentHeader, Value: []byte("old")}, {Name: TracestateHeader, Value: []byte(c.state)},
			{Name: TraceparentHeader, Value: []byte(c.parent)}}
		got := TraceContextOf(headers)
		if got != c.want || got.Sampled() != c.sampled {
			t.Errorf("%s: %q, sampled %t; want %q, %t", c.name, got, got.Sampled(), c.want, c.sampled)
		}
		if got != "" && TraceContextOf(got.Headers()) != got {
			t.Errorf("%s: its headers are %v", c.name, got.Headers())
		}
	}
	if got := TraceContextOf(nil).Headers(); got != nil {
		t.Errorf("headers without a context: %v", got)
	}
	want := []Header{{Name: TraceparentHeader, Value: []byte(traceparent)}, {Name: TracestateHeader, Value: []byte("a=1, b=2")}}
	if diff := cmp.Diff(want, TraceContext(traceparent+" a=1, b=2").Headers()); diff != "" {
		t.Error(diff)
	}
}
