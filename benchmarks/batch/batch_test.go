package batch

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/benchmarks/bench/benchtest"
)

func TestBatch(t *testing.T) {
	var log bytes.Buffer
	r, err := Benchmark.Run(t.Context(), benchtest.Options(t, Benchmark, map[string]string{"events": "20000", "event_rate": "1000", "runs": "1"}), &log)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Rows) != len(queries) {
		t.Errorf("%d rows, want %d", len(r.Rows), len(queries))
	}
	for _, row := range r.Rows {
		if len(row) != len(r.Columns) || row[2].(int64) == 0 || row[3].(float64) <= 0 || row[4].(float64) <= 0 {
			t.Errorf("row %v", row)
		}
	}
	if !strings.Contains(log.String(), "filter, run 1") {
		t.Errorf("log %s", &log)
	}
	var text bytes.Buffer
	if err := r.PrintJSON(&text); err != nil || json.Unmarshal(text.Bytes(), &bench.Report{}) != nil {
		t.Errorf("JSON %s, error %v", &text, err)
	}
}

// TestFewEvents: partitions may be empty, and the last batch short.
func TestFewEvents(t *testing.T) {
	for _, events := range []string{"50", "9000", "50000"} {
		o := benchtest.Options(t, Benchmark, map[string]string{"events": events, "runs": "1", "queries": "two_keys"})
		if _, err := Benchmark.Run(t.Context(), o, io.Discard); err != nil {
			t.Errorf("%s events: %v", events, err)
		}
	}
}

// TestWrongAnswer: a judge that has other events must object, whatever the query.
func TestWrongAnswer(t *testing.T) {
	ours, theirs := benchtest.Options(t, Benchmark, map[string]string{"events": "20000"}), benchtest.Options(t, Benchmark, map[string]string{"events": "20000", "seed": "2"})
	m, err := prepare(t.Context(), ours)
	if err != nil {
		t.Fatal(err)
	}
	other, err := prepare(t.Context(), theirs)
	if err != nil {
		t.Fatal(err)
	}
	d, err := newDuck(t.Context(), other)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	c := contest{options: ours, memory: m, duck: d, threads: 2, log: io.Discard}
	for _, q := range queries {
		if _, err := c.measure(t.Context(), q); err == nil || !strings.Contains(err.Error(), "not what DuckDB computes") {
			t.Errorf("%s: error %v", q.name, err)
		}
	}
}

func TestMistakes(t *testing.T) {
	for want, given := range map[string]map[string]string{
		"1 or more":             {"events": "0"},
		"there are integer_key": {"queries": "nosuch"},
	} {
		if _, err := Benchmark.Run(t.Context(), benchtest.Options(t, Benchmark, given), io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: error %v, want %q", given, err, want)
		}
	}
}
