package tracing

import (
	"cmp"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// receiver is a collector: it keeps the spans that it is sent.
type receiver struct {
	*httptest.Server
	mu       sync.Mutex
	spans    []*otlp.Span
	resource map[string]any
}

// received is a span with its ids as text.
type received struct {
	*otlp.Span
	trace, id, parent string
	attributes        map[string]any
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

// ServeHTTP implements http.Handler.
func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	var sent collector.ExportTraceServiceRequest
	if err == nil {
		err = proto.Unmarshal(body, &sent)
	}
	if err != nil || request.URL.Path != "/v1/traces" {
		http.Error(w, "this is no export of traces", http.StatusBadRequest)
		return
	}
	r.keep(&sent)
	w.Header().Set("Content-Type", "application/x-protobuf")
	answer, _ := proto.Marshal(&collector.ExportTraceServiceResponse{})
	_, _ = w.Write(answer)
}

func (r *receiver) keep(sent *collector.ExportTraceServiceRequest) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, of := range sent.ResourceSpans {
		r.resource = values(of.Resource.Attributes)
		for _, scope := range of.ScopeSpans {
			r.spans = append(r.spans, scope.Spans...)
		}
	}
}

// started is tracing to the receiver, as the environment would have it.
func (r *receiver) started(t *testing.T, environment ...string) *Tracing {
	t.Helper()
	t.Setenv(endpoint, r.URL)
	for i := 0; i < len(environment); i += 2 {
		t.Setenv(environment[i], environment[i+1])
	}
	traces, err := Start(t.Context(), "test", slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil || traces == nil {
		t.Fatalf("tracing %v, error %v", traces, err)
	}
	return traces
}

// all are the spans that were received, in the order of their beginning.
func (r *receiver) all() (out []received) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.spans {
		out = append(out, received{s, hex.EncodeToString(s.TraceId), hex.EncodeToString(s.SpanId), hex.EncodeToString(s.ParentSpanId), values(s.Attributes)})
	}
	slices.SortStableFunc(out, func(a, b received) int { return int(int64(a.StartTimeUnixNano) - int64(b.StartTimeUnixNano)) })
	return out
}

// named are the spans of a name.
func (r *receiver) named(name string) (out []received) {
	for _, s := range r.all() {
		if s.Name == name {
			out = append(out, s)
		}
	}
	return out
}

// last is the last span of a name: of deliveries, the one that was not cut off by the end of the run and made again.
func (r *receiver) last(name string) received {
	all := r.named(name)
	slices.SortFunc(all, func(a, b received) int { return cmp.Compare(a.StartTimeUnixNano, b.StartTimeUnixNano) })
	return all[len(all)-1]
}

func values(attributes []*common.KeyValue) map[string]any {
	out := map[string]any{}
	for _, a := range attributes {
		switch v := a.Value.Value.(type) {
		case *common.AnyValue_IntValue:
			out[a.Key] = v.IntValue
		case *common.AnyValue_StringValue:
			out[a.Key] = v.StringValue
		case *common.AnyValue_BoolValue:
			out[a.Key] = v.BoolValue
		}
	}
	return out
}
