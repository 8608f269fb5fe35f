package nab

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/operators/detector"
)

// given reads the scores of testdata/results, which no detector has made.
func given(t *testing.T, all []series) (scores [][]float64) {
	for i := range all {
		f, err := os.Open(filepath.Join("testdata", "results", all[i].name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		rows, err := csv.NewReader(f).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		var of []float64
		for _, row := range rows[1:] {
			s, err := strconv.ParseFloat(row[1], 64)
			if err != nil {
				t.Fatal(err)
			}
			of = append(of, s)
		}
		scores = append(scores, of)
	}
	return scores
}

// TestAgreesWithTheScorer compares with figures that a scorer which agrees with the benchmark's own has given for the same scores:
// testdata/golden.json, of each profile, at its best threshold and at fixed ones.
func TestAgreesWithTheScorer(t *testing.T) {
	all, err := readCorpus("testdata")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden map[string]map[string]float64 // of each threshold, or best, and profile
	if err := json.Unmarshal(text, &golden); err != nil {
		t.Fatal(err)
	}
	c, scores := newCorpus(all, 1), given(t, all)
	for at, want := range golden {
		for _, p := range profiles {
			if got := p.score(c.at(t, p, at, scores)); math.Abs(got-want[p.name]) > 0.005 {
				t.Errorf("threshold %s, %s: %.4f, want %.4f", at, p.name, got, want[p.name])
			}
		}
	}
	if len(golden) < 4 {
		t.Errorf("%d cases only", len(golden))
	}
}

// at is the tally at a threshold, or at the best.
func (c *corpus) at(t *testing.T, p profile, threshold string, scores [][]float64) tally {
	thresholds := candidates(c.truths, scores)
	if threshold != "best" {
		fixed, err := strconv.ParseFloat(threshold, 64)
		if err != nil {
			t.Fatal(err)
		}
		thresholds = []float64{fixed}
	}
	a := tallyAll(c.truths, scores, thresholds, 0)
	best := a.best(p)
	return sum(len(a), func(f int) tally { return a[f][best] })
}

// TestCooldown: a silence counted from scores is that of the detector's option.
func TestCooldown(t *testing.T) {
	all, err := readCorpus("testdata")
	if err != nil {
		t.Fatal(err)
	}
	options := map[string]any{"threshold": 0.2, "warmup": 10}
	plain, err := detect(mustFind(t, "ewma"), all, options)
	if err != nil {
		t.Fatal(err)
	}
	options["cooldown"] = 7
	silent, err := detect(mustFind(t, "ewma"), all, options)
	if err != nil {
		t.Fatal(err)
	}
	some := 0
	for f := range all {
		want := slices.Collect(detectionsOf(plain.scores[f], 0.2, 7))
		got := slices.Collect(detectionsOf(silent.scores[f], 0.2, 0))
		if !slices.Equal(got, want) {
			t.Errorf("%s: detections at %v, want %v", all[f].name, got, want)
		}
		some += len(want)
	}
	if some < 10 {
		t.Errorf("%d detections only", some)
	}
}

func mustFind(t *testing.T, name string) *detector.Method {
	m, err := detector.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestCrossValidation: a series is never judged at a threshold that its own labels have had a part in.
func TestCrossValidation(t *testing.T) {
	all, err := readCorpus("testdata")
	if err != nil {
		t.Fatal(err)
	}
	c, scores := newCorpus(all, 1), given(t, all)
	thresholds := candidates(c.truths, scores)
	whole := tallyAll(c.truths, scores, thresholds, 0)
	for _, p := range profiles {
		for f, got := range whole.crossValidated(p) {
			if want := slices.Delete(slices.Clone(whole), f, f+1).best(p); got != want {
				t.Errorf("%s, %s: threshold %d, the others alone choose %d", p.name, all[f].name, got, want)
			}
		}
	}
}

func options(t *testing.T, given map[string]string) engine.Options {
	o, err := engine.Validate(given, Benchmark.Options)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestReports(t *testing.T) {
	out := t.TempDir()
	for by, want := range map[string][]string{"detector": {"auto", "ewma"}, "folder": {"one", "one", "two", "two"}} {
		r, err := measure(t.Context(), options(t, map[string]string{"dir": "testdata", "detectors": "auto,ewma", "by": by, "results": out}), io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, row := range r.Rows {
			got = append(got, row[0].(string))
			if len(row) != len(r.Columns) {
				t.Errorf("%d figures in %d columns", len(row), len(r.Columns))
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("by %s: rows %v, want %v", by, got, want)
		}
	}
	text, err := os.ReadFile(filepath.Join(out, "ewma", "one", "two_windows.csv"))
	if err != nil || !strings.HasPrefix(string(text), "timestamp,value,anomaly_score\n2014-04-01 00:00:00,") || strings.Count(string(text), "\n") != 121 {
		t.Errorf("error %v, results\n%s", err, text)
	}
}

func TestMistakes(t *testing.T) {
	none := t.TempDir()
	for _, c := range []struct {
		given map[string]string
		want  string
	}{
		{map[string]string{"dir": none}, "has no labels.json"},
		{map[string]string{"dir": "testdata", "detectors": "emwa"}, `there is no "emwa"; there are auto, ewma, `},
		{map[string]string{"dir": "testdata", "cooldown": "0"}, "want 1 or more"},
		{map[string]string{"dir": "testdata", "options": "span=10,spam=1"}, `"spam=1" is no option of the detectors`},
		{map[string]string{"dir": "testdata", "detectors": "ewma", "options": "span=1"}, "option span := 1: want a whole number from 2"},
	} {
		if _, err := measure(t.Context(), options(t, c.given), io.Discard); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: error %v, want %q", c.given, err, c.want)
		}
	}
}

// leastAuto is what auto comes to at least over the benchmark's own files, in the standard profile with cross-validated thresholds and a cooldown.
const leastAuto = 58

// TestBenchmark scores auto over the real files.
func TestBenchmark(t *testing.T) {
	dir := os.Getenv("NAB_DIR")
	if dir == "" {
		t.Skip("set NAB_DIR to a folder with data/ and labels.json (or labels/combined_windows.json) of the Numenta Anomaly Benchmark: git clone https://github.com/numenta/NAB")
	}
	r, err := measure(t.Context(), options(t, map[string]string{"dir": dir, "detectors": "auto"}), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for i, column := range r.Columns {
		if score, ok := r.Rows[0][i].(float64); ok && column.Name == "standard, cooldown" && score < leastAuto {
			t.Errorf("auto comes to %.2f, want at least %d", score, leastAuto)
		}
	}
}
