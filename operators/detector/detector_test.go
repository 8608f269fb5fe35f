package detector

import (
	"bytes"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// small are options with which a method's state is small, and full soon.
var small = map[string]map[string]any{
	"forest":      {"trees": 3, "sample": 16},
	"robust":      {"rows": 40},
	"spot":        {"rows": 60},
	"neighbour":   {"held": 30, "block": 3},
	"changepoint": {"runs": 25},
}

// each runs a test for every method, and for several columns where it takes them.
func each(t *testing.T, run func(t *testing.T, method string, columns int, make func() Detector)) {
	for _, m := range Methods() {
		for _, columns := range []int{1, 3} {
			if m.Columns > 0 && columns > m.Columns {
				continue
			}
			t.Run(m.Name+map[int]string{1: "", 3: ", 3 columns"}[columns], func(t *testing.T) {
				make, err := Compile(m.Name, columns, small[m.Name])
				if err != nil {
					t.Fatal(err)
				}
				run(t, m.Name, columns, make)
			})
		}
	}
}

// point is the row of a sample, with other columns beside it.
func (s *sample) point(i, columns int) []float64 {
	x := []float64{s.rows[i]}
	for c := 1; c < columns; c++ {
		x = append(x, s.rows[(i*c+7)%len(s.rows)]*float64(c))
	}
	return x
}

// TestSaveAndLoad: what is saved between any two rows goes on as if nothing had been, to the last bit.
func TestSaveAndLoad(t *testing.T) {
	each(t, func(t *testing.T, _ string, columns int, make func() Detector) {
		for _, s := range samples(1100) {
			d := make()
			for i := range s.rows {
				if i > 150 && i%11 > 0 { // every row at first, then some, on to where windows are full and seasons found
					d.Next(s.times[i], s.point(i, columns))
					continue
				}
				saved := d.Append([]byte("before"))
				restored := make()
				if err := restored.Load(saved[len("before"):]); err != nil {
					t.Fatalf("%s, row %d: %v", s.name, i, err)
				}
				x := s.point(i, columns)
				want, got := d.Next(s.times[i], x), restored.Next(s.times[i], x)
				if !same(got, want) || !bytes.Equal(d.Append(nil), restored.Append(nil)) {
					t.Fatalf("%s, row %d: %+v after a load, want %+v", s.name, i, got, want)
				}
			}
		}
	})
}

// same compares results by their bits.
func same(a, b Result) bool {
	bits := math.Float64bits
	return bits(a.Score) == bits(b.Score) && a.Anomaly == b.Anomaly && bits(a.Expected) == bits(b.Expected) &&
		bits(a.Lower) == bits(b.Lower) && bits(a.Upper) == bits(b.Upper) && a.Reason.String() == b.Reason.String()
}

// TestResults: whatever comes, scores are from 0 to 1, bands are in order and without infinities, and there is a reason where there must be.
func TestResults(t *testing.T) {
	each(t, func(t *testing.T, method string, columns int, make func() Detector) {
		m, err := Find(method)
		if err != nil {
			t.Fatal(err)
		}
		s, err := m.settings(nil)
		if err != nil {
			t.Fatal(err)
		}
		threshold := s.Number("threshold")
		for _, s := range samples(3000) {
			d := make()
			for i := range s.rows {
				r := d.Next(s.times[i], s.point(i, columns))
				if why := wrong(r, threshold); why != "" {
					t.Fatalf("%s, row %d: %s: %+v %s", s.name, i, why, r, r.Reason)
				}
			}
		}
	})
}

func wrong(r Result, threshold float64) string {
	switch {
	case !(r.Score >= 0 && r.Score <= 1):
		return "score is not from 0 to 1"
	case r.Anomaly != (r.Score >= threshold):
		return "anomaly without the score"
	case math.IsInf(r.Expected, 0) || math.IsInf(r.Lower, 0) || math.IsInf(r.Upper, 0):
		return "infinite"
	case r.Lower > r.Expected || r.Expected > r.Upper:
		return "band is not in order"
	case r.Anomaly && r.Reason.String() == "":
		return "no reason"
	case !r.Anomaly && !r.Reason.IsZero() && !strings.HasPrefix(r.Reason.String(), "warming up: "):
		return "reason without an anomaly"
	case strings.Contains(r.Reason.String(), "NaN"):
		return "NaN in the reason"
	}
	return ""
}

// anomalies are the rows of a series that are anomalies.
func anomalies(d Detector, s *sample) (rows []int) {
	for i := range s.rows {
		if d.Next(s.times[i], s.rows[i:i+1]).Anomaly {
			rows = append(rows, i)
		}
	}
	return rows
}

func defaults(t testing.TB, method string) Detector {
	make, err := Compile(method, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	return make()
}

// TestNothing: flat lines, float noise and plain noise are no anomalies, or hardly ever.
func TestNothing(t *testing.T) {
	for _, m := range Methods() {
		for _, s := range samples(8000) {
			most := map[string]int{"flat": 0, "zeros": 0, "float noise": 0, "noise": 12, "negative": 12, "irregular": 12, "one time": 12, "sine": 12, "daily": 12}
			limit, ok := most[s.name]
			if !ok {
				continue
			}
			if got := anomalies(defaults(t, m.Name), &s); len(got) > limit {
				t.Errorf("%s: %d anomalies in %s, want at most %d: %v", m.Name, len(got), s.name, limit, got[:min(len(got), 20)])
			}
		}
	}
}

// TestChangeAfterFlatLine: the first change after a flat line is an anomaly, at once or as soon as the method may say so.
func TestChangeAfterFlatLine(t *testing.T) {
	for _, m := range Methods() {
		for _, level := range []float64{0, 45, -3, 1e15, 1e-12} {
			s := made("change", 1100, minute, func(i int, _ *rand.Rand) float64 { return level + float64(i/1000)*max(1, math.Abs(level)/1000) })
			got := anomalies(defaults(t, m.Name), &s)
			if len(got) == 0 || got[0] < 1000 || got[0] > 1060 {
				t.Errorf("%s: level %g changes at row 1000: anomalies at %v", m.Name, level, got)
			}
		}
	}
}

// TestAutoFindsSpikes: rows that are far out are found though they are one in a hundred, and hardly any other row is taken for one.
func TestAutoFindsSpikes(t *testing.T) {
	for name, base := range map[string]func(i int) float64{
		"noise": func(int) float64 { return 100 },
		"daily": func(i int) float64 { return 10 * math.Sin(float64(i)/288*2*math.Pi) },
	} {
		spikes := map[int]bool{}
		s := made(name, 5000, 5*minute, func(i int, r *rand.Rand) float64 {
			x := base(i) + r.NormFloat64()
			if i > 300 && r.Float64() < 0.01 {
				spikes[i] = true
				x += 20
			}
			return x
		})
		found, wrong := 0, 0
		for _, i := range anomalies(defaults(t, "auto"), &s) {
			if spikes[i] {
				found++
			} else {
				wrong++
			}
		}
		if found*10 < len(spikes)*8 || wrong > 5 {
			t.Errorf("%s: %d of %d spikes are found, %d other rows", name, found, len(spikes), wrong)
		}
	}
}

// TestSeasonIsFound: what repeats every 100 rows is foretold.
func TestSeasonIsFound(t *testing.T) {
	s := made("period", 3000, 7*second, func(i int, r *rand.Rand) float64 { return math.Sin(float64(i)/100*2*math.Pi) + r.NormFloat64()/50 })
	d := defaults(t, "seasonal")
	for i := range s.rows {
		r := d.Next(s.times[i], s.rows[i:i+1])
		if want := math.Sin(float64(i) / 100 * 2 * math.Pi); i > 2500 && math.Abs(r.Expected-want) > 0.2 {
			t.Fatalf("row %d: expected %g, want about %g", i, r.Expected, want)
		}
	}
}

// TestForestSeesCombinations: a point whose values are usual, but not together.
func TestForestSeesCombinations(t *testing.T) {
	make, err := Compile("forest", 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	d := make()
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 2000 {
		x := r.NormFloat64()
		d.Next(int64(i), []float64{x, x + r.NormFloat64()/50})
	}
	if got := d.Next(2000, []float64{2, -2}); got.Score < 0.5 {
		t.Errorf("%+v", got)
	}
}

// TestExtremeSettings: at the ends of their ranges, thresholds and windows give results that hold together.
func TestExtremeSettings(t *testing.T) {
	for _, m := range Methods() {
		for _, threshold := range []float64{0.01, 1} {
			options := map[string]any{"threshold": threshold}
			if m.Name == "spot" || m.Name == "robust" {
				options["rows"] = 10
			}
			make, err := Compile(m.Name, 1, options)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range samples(400) {
				d := make()
				for i := range s.rows {
					if r := d.Next(s.times[i], s.rows[i:i+1]); wrong(r, threshold) != "" {
						t.Fatalf("%s, threshold %g, %s, row %d: %s: %+v", m.Name, threshold, s.name, i, wrong(r, threshold), r)
					}
				}
			}
		}
	}
}

// TestWarmup: a warm-up is said, row by row, and nothing else is.
func TestWarmup(t *testing.T) {
	make, err := Compile("ewma", 1, map[string]any{"warmup": 3})
	if err != nil {
		t.Fatal(err)
	}
	d := make()
	var got []string
	for i := range 5 {
		r := d.Next(int64(i), []float64{float64(i * i * 1000)})
		if i < 3 && (r.Score != 0 || r.Anomaly || !math.IsNaN(r.Expected)) {
			t.Errorf("row %d: %+v", i, r)
		}
		got = append(got, r.Reason.String())
	}
	want := []string{"warming up: 1 of 3 rows", "warming up: 2 of 3 rows", "warming up: 3 of 3 rows", "", ""}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("reasons %q, want %q", got, want)
	}
}

// TestCooldown: an anomaly is followed by rows that are none, with scores below the threshold.
func TestCooldown(t *testing.T) {
	s := made("far", 400, minute, func(i int, r *rand.Rand) float64 { return r.NormFloat64() + float64(i/300)*1000 })
	make, err := Compile("robust", 1, map[string]any{"cooldown": 30, "threshold": 0.6})
	if err != nil {
		t.Fatal(err)
	}
	d := make()
	for i := range s.rows {
		r := d.Next(s.times[i], s.rows[i:i+1])
		if want := i >= 300 && (i-300)%31 == 0; r.Anomaly != want || r.Anomaly != (r.Score >= 0.6) || i > 300 && r.Score == 0 {
			t.Fatalf("row %d: %+v, want anomaly %v", i, r, want)
		}
	}
}

// TestLikelihood: errors that are always large are no anomalies by likelihood.
func TestLikelihood(t *testing.T) {
	s := made("spiky", 5000, minute, func(i int, r *rand.Rand) float64 { return r.NormFloat64() + float64(i%10/9)*30 })
	plain, _ := Compile("robust", 1, nil)
	judged, err := Compile("robust", 1, map[string]any{"likelihood": 10})
	if err != nil {
		t.Fatal(err)
	}
	if all, few := anomalies(plain(), &s), anomalies(judged(), &s); len(all) < 400 || len(few) > 5 {
		t.Errorf("%d anomalies, %d by likelihood", len(all), len(few))
	}
}

func TestMistakes(t *testing.T) {
	for _, c := range []struct {
		method  string
		columns int
		options map[string]any
		want    string
	}{
		{"emwa", 1, nil, "there is no detector 'emwa' (did you mean 'ewma'?); there are auto, ewma, "},
		{"ewma", 2, nil, "detector ewma takes one column, not 2"},
		{"ewma", 1, map[string]any{"spam": 3}, "unknown option spam (did you mean 'span'?); allowed are cooldown, likelihood, span, threshold, warmup"},
		{"ewma", 1, map[string]any{"span": 1.5}, "option span := 1.5: want a whole number from 2 to 1e+06"},
		{"ewma", 1, map[string]any{"span": "x"}, "option span := 'x': want a whole number"},
		{"ewma", 1, map[string]any{"span": nil}, "option span := <nil>: want a whole number"},
		{"ewma", 1, map[string]any{"threshold": math.NaN()}, "option threshold := NaN: want a number from 0 to 1"},
		{"seasonal", 1, map[string]any{"season": "soon"}, "option season := 'soon': want an interval from 1s to 366 days, such as '1 day'"},
	} {
		if _, err := Compile(c.method, c.columns, c.options); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v", c, err)
		}
	}
}

// TestLoadRefuses: a state that is cut off, or of another detector, is an error and no panic.
func TestLoadRefuses(t *testing.T) {
	each(t, func(t *testing.T, _ string, columns int, make func() Detector) {
		d := make()
		s := samples(300)[0]
		for i := range s.rows {
			d.Next(s.times[i], s.point(i, columns))
		}
		saved := d.Append(nil)
		for _, n := range []int{0, 1, 8, 17, len(saved) / 2, len(saved) - 1} {
			if make().Load(saved[:n]) == nil {
				t.Errorf("loads %d of %d bytes", n, len(saved))
			}
		}
		if make().Load(append(saved, 0)) == nil {
			t.Error("loads a byte too many")
		}
	})
}

// TestNoAllocation: a row costs no memory once the state is full.
func TestNoAllocation(t *testing.T) {
	each(t, func(t *testing.T, _ string, columns int, make func() Detector) {
		s := samples(4000)[0]
		d, i := make(), 0
		next := func() {
			d.Next(s.times[i], s.rows[i:i+columns])
			i++
		}
		for range 3000 {
			next()
		}
		size := d.Size()
		if got := testing.AllocsPerRun(900, next); got != 0 {
			t.Errorf("%v allocations a row", got)
		}
		if d.Size() != size || size < 64 {
			t.Errorf("size goes from %d to %d", size, d.Size())
		}
	})
}

// BenchmarkNext is what a row costs, for every method with its defaults; state is in bytes a key.
func BenchmarkNext(b *testing.B) {
	s := made("daily with noise", 1<<16, 5*minute, func(i int, r *rand.Rand) float64 { return 10*math.Sin(float64(i)/288*2*math.Pi) + r.NormFloat64() })
	for _, m := range Methods() {
		b.Run(m.Name, func(b *testing.B) {
			d := defaults(b, m.Name)
			b.ReportAllocs()
			for i := range b.N {
				at := i & (1<<16 - 1)
				d.Next(s.times[at]+int64(i>>16)*(5*minute<<16), s.rows[at:at+1])
			}
			b.ReportMetric(float64(d.Size()), "state")
		})
	}
}
