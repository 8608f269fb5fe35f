package tracing

import (
	"bufio"
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/weirdb/weir/cmd/weir/node"
	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
)

// generated are statements over generated events.
const generated = `CREATE SOURCE bid WITH (connector = 'nexmark', table = 'bid', events = '100');
CREATE MATERIALIZED VIEW total AS SELECT count(*) AS n FROM bid`

// api is the HTTP API of a node that runs statements, until the test's end.
func api(t *testing.T, traces *Tracing, statements string) *httptest.Server {
	t.Helper()
	n, err := node.Open(t.Context(), node.Options{DB: filepath.Join(t.TempDir(), "x.duckdb"), Workers: 1, Threads: 1, Tracer: traces.Tracer()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Apply(t.Context(), statements); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- n.Run(ctx) }()
	s := httptest.NewServer(server.New(n, nil, server.Options{Around: traces.Requests(), Receivers: n.Receivers}))
	t.Cleanup(func() {
		s.Close()
		stop()
		if err, closed := <-ended, n.Close(); err != nil || closed != nil {
			t.Error(err, closed)
		}
	})
	for status := 0; status != http.StatusOK; {
		status, _ = call(t, "GET", s.URL+"/readyz", "", "")
	}
	return s
}

// call sends a request, with a traceparent if there is one, and reads a line of its answer.
func call(t *testing.T, method, url, body, parent string) (status int, line string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if parent != "" {
		request.Header.Set(engine.TraceparentHeader, parent)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	line, _ = bufio.NewReader(answer.Body).ReadString('\n')
	return answer.StatusCode, line
}

// Each request has a span with its route, below the caller's, if that one is kept; what monitors ask has none; a stream of changes still
// streams.
func TestRequests(t *testing.T) {
	r := newReceiver(t)
	traces := r.started(t)
	s := api(t, traces, generated)
	call(t, "POST", s.URL+"/v1/sql", "SELECT 1 AS one", traceparent(1, "01"))
	call(t, "POST", s.URL+"/v1/sql", "SELECT 2 AS two", traceparent(2, "00"))
	call(t, "GET", s.URL+"/v1/views/nosuch", "", "")
	call(t, "GET", s.URL+"/metrics", "", traceparent(3, "01"))
	if status, line := call(t, "GET", s.URL+"/v1/views/total/changes?snapshot=true&progress=true", "", traceparent(4, "01")); status != http.StatusOK || !strings.Contains(line, `"epoch"`) {
		t.Errorf("changes: %d %q", status, line)
	}
	s.Close() // ends the stream's request
	traces.Close()
	var got []string
	for _, span := range r.all() {
		if span.Kind == otlp.Span_SPAN_KIND_SERVER {
			got = append(got, span.Name+" below "+span.parent)
		}
	}
	want := []string{"POST /v1/sql below 0000000000000001", "GET /v1/views/{view} below ", "GET /v1/views/{view}/changes below 0000000000000004"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	of := r.named("GET /v1/views/{view}")[0]
	about := map[string]any{"http.request.method": "GET", "url.path": "/v1/views/nosuch", "http.route": "/v1/views/{view}", "http.response.status_code": int64(404)}
	if diff := cmp.Diff(about, of.attributes); diff != "" || of.Status.GetCode() == otlp.Status_STATUS_CODE_ERROR {
		t.Errorf("status %v, attributes %s", of.Status, diff)
	}
}

// What is sent to Weir with a traceparent leaves it with that one.
func TestTraceparentFromHTTPToKafka(t *testing.T) {
	addr := cluster(t, "out")
	r := newReceiver(t)
	traces := r.started(t)
	defer traces.Close()
	s := api(t, traces, `CREATE SOURCE measured (value BIGINT) WITH (connector = 'http', format = 'json');
		CREATE MATERIALIZED VIEW high AS SELECT value * 2 AS twice FROM measured WHERE value > 10;
		CREATE SINK out WITH (connector = 'kafka', brokers = '`+addr+`', topic = 'out') AS FROM high`)
	for status := 0; status != http.StatusAccepted; { // 503 until the journal is open
		status, _ = call(t, "POST", s.URL+"/v1/sources/measured/events", `[{"value":11},{"value":1}]`, traceparent(1, "01"))
	}
	want := []message{{`{"twice":22}`, traceparent(1, "01"), ""}}
	if diff := cmp.Diff(want, consume(t, addr, "out", 1), cmp.AllowUnexported(message{})); diff != "" {
		t.Error(diff)
	}
}

// A line that is logged within a span names it; others are as they were.
func TestLogsNameTheirSpan(t *testing.T) {
	r := newReceiver(t)
	traces := r.started(t)
	var out bytes.Buffer
	log := slog.New(traces.Logs(slog.NewTextHandler(&out, nil))).With("sink", "s").WithGroup("g")
	ctx, span := traces.Tracer().Start(t.Context(), engine.SpanStart{Name: "deliver s", Root: true})
	log.ErrorContext(ctx, "within")
	log.Error("outside")
	span.End(time.Time{}, nil)
	traces.Close()
	s := r.named("deliver s")[0]
	within, outside, _ := strings.Cut(out.String(), "\n")
	if !strings.Contains(within, "trace_id="+s.trace) || !strings.Contains(within, "span_id="+s.id) || strings.Contains(outside, "trace_id") {
		t.Errorf("span %s of trace %s, log\n%s", s.id, s.trace, out.String())
	}
}
