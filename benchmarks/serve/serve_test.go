package serve

import (
	"strings"
	"testing"
	"time"

	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/benchmarks/bench/benchtest"
	_ "github.com/weirdb/weir/cmd/weir/node" // the parts of the program that is built: go test must not take an old result for theirs
)

// The whole benchmark, short: it checks its answers, and has a row for each kind of panel.
func TestBenchmark(t *testing.T) {
	o := benchtest.Options(t, Benchmark, map[string]string{"panels": "10", "refresh": "500ms", "rate": "20000", "seconds": "2", "runs": "1",
		"commit_interval": "100ms", "program": benchtest.Build(t)})
	r, err := Benchmark.Run(t.Context(), o, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Rows) != 2+len(kinds) {
		t.Fatalf("%d rows, want %d", len(r.Rows), 2+len(kinds))
	}
	if answers := r.Rows[1][4].(int64); answers != 40 {
		t.Errorf("%d answers of 10 panels in 4 refreshes each", answers)
	}
	for _, row := range r.Rows[2:] {
		if answers := row[4].(int64); answers != 8 {
			t.Errorf("%v: %d answers, want 8", row[0], answers)
		}
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for name, wrong := range map[string]string{"panels": "0", "refresh": "0s", "rate": "0", "seconds": "0", "workers": "0", "runs": "0"} {
		if _, err := read(benchtest.Options(t, Benchmark, map[string]string{name: wrong})); err == nil {
			t.Errorf("%s = %s is taken", name, wrong)
		}
	}
}

// Answers that contradict one another are found.
func TestWrongAnswers(t *testing.T) {
	known := newTold()
	window := func(bids int64) *answer {
		return &answer{rows: 1, ints: map[string][]int64{"time": {1000}, "bids": {bids}}}
	}
	if err := windowsOnce(known, known.now(), window(5)); err != nil {
		t.Fatal(err)
	}
	if err := totalGrows(known, known.now(), window(7)); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"a window of two values": windowsOnce(known, known.now(), window(6)),
		"no rows":                someRows(known, known.now(), &answer{}),
		"a total that went back": totalGrows(known, known.now(), window(6)),
		"a cheap bid":            pricesAreDear(known, known.now(), &answer{rows: 1, ints: map[string][]int64{"price": {dear}}}),
	} {
		if err == nil {
			t.Errorf("%s is taken for right", name)
		}
	}
	if q := known.query(); !strings.Contains(q, "(make_timestamp(1000), 5)") {
		t.Errorf("the check of what was told is %s", q)
	}
}

// A loss is told in percent of what is read without panels.
func TestReportTellsLoss(t *testing.T) {
	took := make([]bench.Times, len(kinds))
	took[0] = bench.Times{3 * time.Millisecond, time.Millisecond, 2 * time.Millisecond}
	r := newReport(settings{panels: 5, rate: 100}, []turns{{alone: phase{rate: 200}, asked: phase{rate: 150, took: took}}})
	if row := r.Rows[1]; row[2].(float64) != 25 || row[4].(int64) != 3 || row[5].(float64) != 2 || row[7].(float64) != 3 {
		t.Errorf("the row is %v", row)
	}
}
