package peers

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/benchmarks/kafka"
	"github.com/weirdb/weir/benchmarks/kafka/cluster"
	"github.com/weirdb/weir/engine"
)

func testTrial(parallelism int) *trial {
	return &trial{
		Stage:       &kafka.Stage{Events: 1_000_000, Topic: "t", Cluster: &cluster.Cluster{Brokers: "h:1"}},
		parallelism: parallelism, interval: 250 * time.Millisecond, runs: 3,
	}
}

// Both systems read the same and wait as long for late events.
func TestFlinkStatements(t *testing.T) {
	trial := testTrial(2)
	source := trial.sourceTable()
	for _, part := range []string{"INTERVAL '4' SECOND", "'properties.bootstrap.servers' = 'h:1'", "'topic' = 't'", "'scan.bounded.mode' = 'latest-offset'"} {
		if !strings.Contains(source, part) {
			t.Errorf("%s is not in %s", part, source)
		}
	}
	if s := trial.settings(fastest); s["execution.checkpointing.interval"] != "" || s["parallelism.default"] != "2" {
		t.Errorf("settings of the fastest: %v", s)
	}
	if s := trial.settings(durable); s["execution.checkpointing.interval"] != "250 ms" {
		t.Errorf("settings of the durable: %v", s)
	}
	if s := fastest.sinkTable("/x"); !strings.Contains(s, "blackhole") || strings.Contains(s, "/x") {
		t.Error(s)
	}
	if s := durable.sinkTable("/it's"); !strings.Contains(s, "'path' = 'file:///it''s'") {
		t.Error(s)
	}
}

// The reference of the ratios is the Weir that has as many cores as Flink.
func TestReport(t *testing.T) {
	trial := testTrial(2)
	of := func(cpu time.Duration) sample {
		return sample{Usage: bench.Usage{Wall: time.Second, CPU: cpu, PeakRSS: 1e6}, commits: 1}
	}
	r := trial.report(starts{}, []sample{of(1 * time.Second), of(2 * time.Second), of(8 * time.Second), of(10 * time.Second)})
	ratio := len(r.Columns) - 1
	for i, want := range []float64{0.5, 1, 4, 5} {
		if len(r.Rows[i]) != len(r.Columns) || r.Rows[i][ratio] != want {
			t.Errorf("row %v, want a ratio of %v", r.Rows[i], want)
		}
	}
	if r.Rows[0][3] != 1.0 {
		t.Errorf("%v M events per CPU-second, want 1", r.Rows[0][3])
	}
	if n := len(testTrial(1).contenders()); n != 3 {
		t.Errorf("%d contenders on one core, want 3", n)
	}
}

func TestFirstRow(t *testing.T) {
	answers := []string{`{"rows":[[0]]}`, `{"rows":[[1]]}`}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(answers[0]))
		answers = answers[1:]
	}))
	defer server.Close()
	if err := awaitRow(t.Context(), server.URL, "v"); err != nil || len(answers) != 0 {
		t.Errorf("%d answers left, %v", len(answers), err)
	}
	answers = []string{`{"error":{"message":"no such table"}}`}
	if err := awaitRow(t.Context(), server.URL, "v"); err == nil || !strings.Contains(err.Error(), "no such table") {
		t.Errorf("got %v, want what the server said", err)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	o, err := engine.Validate(map[string]string{"parallelism": "0"}, Benchmark.Options)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Benchmark.Run(t.Context(), o, t.Output()); err == nil {
		t.Error("a parallelism of 0 is taken")
	}
}
