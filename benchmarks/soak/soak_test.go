package soak

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weirdb/weir/benchmarks/bench/benchtest"
	_ "github.com/weirdb/weir/cmd/weir/node" // the parts of the program that is built: go test must not take an old result for theirs
)

// The whole benchmark, short: it checks its answers, and has a row for each part and a picture.
func TestBenchmark(t *testing.T) {
	picture := filepath.Join(t.TempDir(), "soak.svg")
	o := benchtest.Options(t, Benchmark, map[string]string{"duration": "6s", "rate": "40000", "commit_interval": "100ms", "program": benchtest.Build(t), "plot": picture})
	r, err := Benchmark.Run(t.Context(), o, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Rows) != parts {
		t.Fatalf("%d rows, want %d", len(r.Rows), parts)
	}
	for _, row := range r.Rows {
		if memory, results := row[3].(int64), row[4].(int64); memory < 10 || results < 0 {
			t.Errorf("%d MB in memory, %d MB of results: %v", memory, results, row)
		}
	}
	drawn, err := os.ReadFile(picture)
	if err != nil || !strings.Contains(string(drawn), "<svg") || !strings.Contains(string(drawn), "state on disk") {
		t.Errorf("the picture is no SVG with its lines named: %v", err)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for name, wrong := range map[string]string{"duration": "1s", "rate": "0", "workers": "0"} {
		if _, err := read(benchtest.Options(t, Benchmark, map[string]string{name: wrong})); err == nil {
			t.Errorf("%s = %s is taken", name, wrong)
		}
	}
}

// What grows is told.
func TestReportTellsGrowth(t *testing.T) {
	var taken []sample
	for i := range samples {
		taken = append(taken, sample{at: time.Duration(i) * time.Second, memory: 100e6, results: int64(10e6 * (i + 1)), state: 1e6, records: int64(i) * 46})
	}
	r := newReport(settings{rate: 50, duration: samples * time.Second}, taken)
	if !strings.Contains(r.Notes[0], "memory changes by +0.0 %, results by +132.4 %, state by +0.0 %") {
		t.Errorf("the growth is told as: %s", r.Notes[0])
	}
	if last := r.Rows[parts-1]; last[3].(int64) != 100 || last[0].(float64) < 2.9 {
		t.Errorf("the last row is %v", last)
	}
}
