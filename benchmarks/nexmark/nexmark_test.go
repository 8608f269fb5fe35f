package nexmark

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/benchmarks/bench/benchtest"
)

// TestNexmark runs all queries; each answer is DuckDB's.
func TestNexmark(t *testing.T) {
	var log bytes.Buffer
	r, err := Benchmark.Run(t.Context(), benchtest.Options(t, Benchmark, map[string]string{"events": "20000", "runs": "1", "workers": "2"}), &log)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Rows) != len(queries) {
		t.Errorf("%d rows, want %d", len(r.Rows), len(queries))
	}
	for _, row := range r.Rows {
		if len(row) != len(r.Columns) {
			t.Errorf("%s has %d values, want %d", row[0], len(row), len(r.Columns))
		}
		checkRun(t, row)
	}
	var text bytes.Buffer
	if err := r.PrintJSON(&text); err != nil || json.Unmarshal(text.Bytes(), &bench.Report{}) != nil {
		t.Errorf("JSON %s, error %v", &text, err)
	}
}

// TestVerify prints how many answers are equal.
func TestVerify(t *testing.T) {
	var log bytes.Buffer
	r, err := Benchmark.Run(t.Context(), benchtest.Options(t, Benchmark, map[string]string{"events": "20000", "queries": "q0,q9,q18", "verify": "true"}), &log)
	if err != nil {
		t.Fatal(err)
	}
	if last := r.Notes[len(r.Notes)-1]; last != "3 of 3 equal" || len(r.Rows) != 3 {
		t.Errorf("%d rows, %q\n%s", len(r.Rows), last, &log)
	}
}

func checkRun(t *testing.T, row []any) {
	t.Helper()
	const events, cpu, generator, out, commits, answer = 3, 5, 6, 8, 9, 13
	if row[answer] != "right" || row[events].(int64) < 1600 || row[cpu].(float64) <= 0 || row[generator].(float64) <= 0 ||
		row[out].(int64) < 1 || row[commits].(int64) < 1 {
		t.Errorf("%v", row)
	}
}

// TestDuckDBRunsAll: every text is DuckDB's SQL and has an answer, also those that Weir refuses.
func TestDuckDBRunsAll(t *testing.T) {
	s := settings{tables: tables{dir: t.TempDir(), events: "100000", seed: "1"}}
	j := judged(t, s)
	for _, q := range queries {
		if err := j.Expect(t.Context(), q.name, q.text()); err != nil {
			t.Errorf("%s: %v", q.name, err)
			continue
		}
		if n, err := j.Count(t.Context(), q.name); err != nil || n == 0 {
			t.Errorf("%s: %d rows, error %v", q.name, n, err)
		}
	}
}

// judged is a judge in memory with the events of s.
func judged(t *testing.T, s settings) *bench.Judge {
	t.Helper()
	j, err := bench.OpenJudge(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	if err := errors.Join(s.writeSide(), s.load(t.Context(), j)); err != nil {
		t.Fatal(err)
	}
	return j
}

// TestWrongAnswer: a judge that has other events must object.
func TestWrongAnswer(t *testing.T) {
	s, err := parse(benchtest.Options(t, Benchmark, map[string]string{"events": "20000", "runs": "1", "queries": "q0,q12,q17"}))
	if err != nil {
		t.Fatal(err)
	}
	s.dir = t.TempDir()
	other := s
	other.seed = "2"
	j := judge{path: filepath.Join(s.dir, "judge.duckdb")}
	load := func(b *bench.Judge) error { return errors.Join(s.writeSide(), other.load(t.Context(), b)) }
	if err := j.open(t.Context(), load); err != nil {
		t.Fatal(err)
	}
	_, err = s.verify(t.Context(), j, io.Discard)
	if err == nil || !strings.HasPrefix(err.Error(), "0 of 3 equal\nq0: ") || !strings.Contains(err.Error(), "\nq17: ") {
		t.Errorf("verify: error %v", err)
	}
	for _, q := range s.queries {
		if _, err := s.measure(t.Context(), q, j, io.Discard); err == nil || !strings.Contains(err.Error(), "not what DuckDB computes") {
			t.Errorf("%s: error %v", q.name, err)
		}
	}
}

// TestFolderAndListAgree: no text without a line in the list.
func TestFolderAndListAgree(t *testing.T) {
	files, err := texts.ReadDir("queries")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(queries) {
		t.Errorf("%d files, %d queries", len(files), len(queries))
	}
	for _, q := range queries {
		if !strings.HasPrefix(q.text(), "SELECT") || q.title == "" || len(q.tables) == 0 {
			t.Errorf("%+v", q)
		}
	}
}

func TestMistakes(t *testing.T) {
	for want, given := range map[string]map[string]string{
		"1 or more":         {"events": "-5"},
		"there are q0":      {"queries": "q99"},
		"option workers = ": {"workers": "many"},
	} {
		if _, err := Benchmark.Run(t.Context(), benchtest.Options(t, Benchmark, given), io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: error %v, want %q", given, err, want)
		}
	}
}
