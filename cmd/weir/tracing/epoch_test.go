package tracing

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/weirdb/weir/cmd/weir/node"
)

const readings = `{"sensor":"attic","ts":"2026-03-01T10:00:01Z","value":11}
{"sensor":"attic","ts":"2026-03-01T10:00:31Z","value":12}
{"sensor":"attic","ts":"2026-03-01T10:00:02Z","value":13}
{"sensor":"attic","ts":"2026-03-01T10:00:32Z","value":"warm"}
`

const perSensor = `CREATE SOURCE reading (sensor VARCHAR, ts TIMESTAMP, value DOUBLE, WATERMARK FOR ts AS ts - INTERVAL '4 seconds')
WITH (connector = 'file', path = 'readings.ndjson', format = 'json');
CREATE MATERIALIZED VIEW by_sensor AS
SELECT window_start, sensor, max(value) AS top FROM tumble(reading, ts, INTERVAL '10 seconds') GROUP BY ALL;
CREATE SINK tops WITH (connector = 'file', path = 'tops.ndjson') AS FROM by_sensor;`

// runOnce runs statements in a folder to the end of their input, in one epoch.
func runOnce(t *testing.T, traces *Tracing, dir, text string) {
	t.Helper()
	n, err := node.Open(t.Context(), node.Options{
		DB: filepath.Join(dir, "x.duckdb"), Workers: 2, Threads: 1, Bounded: true, CommitInterval: time.Hour, Tracer: traces.Tracer(), Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = n.Apply(t.Context(), text); err == nil {
		err = n.Run(t.Context())
	}
	if closed := n.Close(); err != nil || closed != nil {
		t.Fatal(err, closed)
	}
}

// tree are spans with what is below them, as lines; those of one parent in the order of their beginning.
func tree(spans []received, parent string, depth int) (out []string) {
	for _, s := range spans {
		if s.parent == parent {
			out = append(out, strings.Repeat("  ", depth)+s.Name)
			out = append(out, tree(spans, s.id, depth+1)...)
		}
	}
	return out
}

// What a run does is there in spans, each below what it belongs to, with what was counted.
func TestSpansOfARun(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.WriteFile("readings.ndjson", []byte(readings), 0o600); err != nil {
		t.Fatal(err)
	}
	r := newReceiver(t)
	traces := r.started(t, "OTEL_SERVICE_NAME", "weir-test", "OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test")
	runOnce(t, traces, dir, perSensor)
	traces.Close()
	want := []string{"start", "  restore by_sensor", "  open reading",
		"epoch", "  gather", "  decode", "  stages", "  await", "  flush", "  state", "  commit", "  deliver tops"}
	spans := r.all()
	if diff := cmp.Diff(want, tree(spans, "", 0)); diff != "" {
		t.Error(diff)
	}
	for name, want := range map[string]map[string]any{
		"epoch": {"weir.epoch": int64(1), "weir.records": int64(4), "weir.rows_written": int64(2), "weir.late_rows": int64(0), "weir.dead_letters": int64(1),
			"weir.bytes": int64(len(readings) - 4)},
		"deliver tops":      {"weir.sink": "tops", "weir.view": "by_sensor", "weir.connector": "file", "weir.epoch": int64(1), "weir.rows": int64(2)},
		"open reading":      {"weir.source": "reading", "weir.connector": "file", "weir.partitions": int64(1)},
		"restore by_sensor": {"weir.view": "by_sensor", "weir.state_files": int64(0), "weir.bytes": int64(0)},
		"start":             {"weir.epoch": int64(0)},
	} {
		got := r.named(name)[0].attributes
		if rounds, ok := got["weir.rounds"].(int64); (name == "epoch") != (ok && rounds > 0) { // one or two: the file's end may come by itself
			t.Errorf("%s: weir.rounds is %v", name, got["weir.rounds"])
		}
		delete(got, "weir.rounds")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if r.resource["service.name"] != "weir-test" || r.resource["deployment.environment.name"] != "test" || r.resource["service.version"] != "test" {
		t.Errorf("the resource is %v", r.resource)
	}
	checkPhases(t, r)
}

// checkPhases: an epoch's phases follow each other without a gap, within the epoch.
func checkPhases(t *testing.T, r *receiver) {
	t.Helper()
	epoch := r.named("epoch")[0]
	at := uint64(0)
	for _, name := range []string{"gather", "decode", "stages", "await", "flush", "state"} {
		s := r.named(name)[0]
		if at != 0 && s.StartTimeUnixNano != at {
			t.Errorf("%s begins %d ns behind the end of the one before", name, int64(s.StartTimeUnixNano-at))
		}
		at = s.EndTimeUnixNano
		if at < s.StartTimeUnixNano || s.StartTimeUnixNano < epoch.StartTimeUnixNano || at > epoch.EndTimeUnixNano {
			t.Errorf("%s lies outside of its epoch, or ends before it begins", name)
		}
	}
}

// Without an endpoint, or where it is turned off, nothing is made.
func TestOff(t *testing.T) {
	for _, c := range []struct{ name, environment string }{
		{"nothing is set", ""},
		{"the SDK is disabled", endpoint + "=http://127.0.0.1:1 " + disabled + "=true"},
		{"no exporter", endpoint + "=http://127.0.0.1:1 " + exporter + "=none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			setAll(t, c.environment)
			traces, err := Start(t.Context(), "test", slog.Default())
			if traces != nil || err != nil || traces.Tracer() != nil || traces.Requests() != nil || traces.Logs(slog.DiscardHandler) != slog.DiscardHandler {
				t.Errorf("tracing is on, or error %v", err)
			}
			traces.Close()
		})
	}
}

func setAll(t *testing.T, environment string) {
	t.Helper()
	for _, v := range Variables {
		t.Setenv(v.Name, "")
	}
	for one := range strings.FieldsSeq(environment) {
		name, value, _ := strings.Cut(one, "=")
		t.Setenv(name, value)
	}
}

// A mistake in the environment names the variable and what is allowed.
func TestMistakesInTheEnvironment(t *testing.T) {
	for environment, want := range map[string]string{
		exporter + "=jaeger": "OTEL_TRACES_EXPORTER=jaeger: allowed are otlp, none",
		endpoint + "=http://127.0.0.1:1 OTEL_TRACES_SAMPLER=some":           "OTEL_TRACES_SAMPLER=some: allowed are always_on, ",
		endpoint + "=http://127.0.0.1:1 OTEL_EXPORTER_OTLP_PROTOCOL=thrift": "OTEL_EXPORTER_OTLP_PROTOCOL=thrift: allowed are http/protobuf, http/json, grpc",
	} {
		setAll(t, environment)
		if _, err := Start(t.Context(), "test", slog.Default()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", environment, err, want)
		}
	}
}

// Help names every variable, and what it may be.
func TestHelp(t *testing.T) {
	text := Help()
	for _, v := range Variables {
		if !strings.Contains(text, v.Name+" ") {
			t.Errorf("%s is not in\n%s", v.Name, text)
		}
	}
	if want := fmt.Sprintf("%-35s how: http/protobuf, http/json, grpc\n", allProtocol); !strings.Contains(text, want) {
		t.Errorf("%q is not in\n%s", want, text)
	}
}
