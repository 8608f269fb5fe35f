package anomaly

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/weirdb/weir/benchmarks/bench/benchtest"
	"github.com/weirdb/weir/operators/detector"
)

// The whole benchmark, small: it checks its answers, and has a row for each detector, and one for many keys.
func TestBenchmark(t *testing.T) {
	o := benchtest.Options(t, Benchmark, map[string]string{"detectors": "auto,ewma", "keys": "9000", "rows": "160", "events": "2000", "runs": "1"})
	r, err := Benchmark.Run(t.Context(), o, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Rows) != 3 {
		t.Fatalf("%d rows, want 3", len(r.Rows))
	}
	for _, row := range r.Rows {
		if len(row) != len(r.Columns) || row[4].(int64) <= 0 || row[9].(int64) <= 0 {
			t.Errorf("row %v", row)
		}
	}
	if many := r.Rows[1]; many[1].(int64) != 9000 || many[5].(int64) <= 1000 || many[5].(int64) > 2*many[4].(int64)+1000 {
		t.Errorf("%v: the heap is not what the detectors hold", many)
	}
}

// TestFull: with as many rows as the default, the state of auto is as large as it gets.
func TestFull(t *testing.T) {
	o := benchtest.Options(t, Benchmark, nil)
	newDetector, err := detector.Compile(judged, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	for key := range 10 {
		d := newDetector()
		score(d, key*777, 0, int(o.Int("rows")))
		size := d.Size()
		score(d, key*777, int(o.Int("rows")), 30_000)
		if d.Size() != size {
			t.Errorf("key %d: %d bytes after %s rows, %d in the end", key*777, size, o["rows"], d.Size())
		}
	}
}

// TestWrongScores: scores of another series, or too few, are not taken.
func TestWrongScores(t *testing.T) {
	op, err := newOperator()
	if err != nil {
		t.Fatal(err)
	}
	f := newFeed(op, 30)
	if err := f.give(t.Context(), 0, 200, io.Discard); err != nil {
		t.Fatal(err)
	}
	if _, err := f.check(200); err != nil {
		t.Fatal(err)
	}
	if _, err := f.check(201); !errors.Is(err, errWrong) {
		t.Errorf("a row that is missing: error %v", err)
	}
	f.scores[0][180] += 1e-12
	if _, err := f.check(200); !errors.Is(err, errWrong) {
		t.Errorf("a score that is another: error %v", err)
	}
}

func TestMistakes(t *testing.T) {
	for want, given := range map[string]map[string]string{
		"want 1 or more":        {"keys": "0"},
		`there is no "nosuch";`: {"detectors": "nosuch"},
	} {
		if _, err := Benchmark.Run(t.Context(), benchtest.Options(t, Benchmark, given), io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: error %v, want %q", given, err, want)
		}
	}
}
