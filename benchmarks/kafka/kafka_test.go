package kafka

import (
	"errors"
	"testing"

	"github.com/weirdb/weir/benchmarks/bench/benchtest"
	_ "github.com/weirdb/weir/cmd/weir/node" // the parts of the program that is built: go test must not take an old result for theirs
	"github.com/weirdb/weir/connectors/kafka/broker"
	"github.com/weirdb/weir/engine"
)

// options are the benchmark's, with few events and one run.
func options(t *testing.T) engine.Options {
	t.Helper()
	return benchtest.Options(t, Benchmark, map[string]string{"events": "20000", "runs": "1", "program": benchtest.Build(t)})
}

// skipWithoutKafka skips the test where no Kafka can be started.
func skipWithoutKafka(t *testing.T, err error) {
	t.Helper()
	var lacking *broker.UnavailableError
	if errors.As(err, &lacking) {
		t.Skipf("needs a real Kafka: %v", err)
	}
}

// The whole benchmark, small: every job with every number of workers has figures, and its answers were right.
func TestBenchmark(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a real Kafka: leave out -short to run it")
	}
	r, err := Benchmark.Run(t.Context(), options(t), t.Output())
	skipWithoutKafka(t, err)
	if err != nil {
		t.Fatal(err)
	}
	if want := 1 + 2*len(jobs); len(r.Rows) != want {
		t.Fatalf("%d rows, want %d: the floor, and each job with 1 and 2 workers", len(r.Rows), want)
	}
	for _, row := range r.Rows[1:] {
		for i, v := range row {
			if f, ok := v.(float64); ok && f <= 0 {
				t.Errorf("%v, %v workers: %s is %v", row[0], row[1], r.Columns[i].Name, f)
			}
		}
	}
}

// An answer that is not DuckDB's is an error, in whichever direction it differs.
func TestWrongAnswer(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a real Kafka: leave out -short to run it")
	}
	s, err := OpenStage(t.Context(), options(t), t.Output())
	skipWithoutKafka(t, err)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	views := jobs[1].views
	for name, change := range map[string]string{
		"a row too many": "DELETE FROM want_dear WHERE rowid = 0",
		"a row missing":  "INSERT INTO want_dear FROM want_dear LIMIT 1",
	} {
		if err := s.Expect(t.Context(), views); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Once(t.Context(), t.TempDir(), views, 1); err != nil {
			t.Fatalf("before there is %s: %v", name, err)
		}
		if err := s.Judge.Exec(t.Context(), change); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Once(t.Context(), t.TempDir(), views, 1); err == nil {
			t.Errorf("no error, where the answer has %s", name)
		}
		if err := s.Judge.Exec(t.Context(), "DROP TABLE want_dear"); err != nil {
			t.Fatal(err)
		}
	}
	s.Events++
	if _, err := s.Once(t.Context(), t.TempDir(), nil, 1); err == nil {
		t.Error("no error, where weir has not read all events")
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for name, wrong := range map[string]string{"events": "0", "runs": "-1", "workers": "none"} {
		o, err := engine.Validate(map[string]string{name: wrong}, Benchmark.Options)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Benchmark.Run(t.Context(), o, t.Output()); err == nil {
			t.Errorf("%s = %s is taken", name, wrong)
		}
	}
}
