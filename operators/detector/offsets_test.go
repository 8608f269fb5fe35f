package detector

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestOffsetsFollowTheLevel: values that are far from the first one are held to a millionth of what they are off one another, though some
// are out of all proportion.
func TestOffsetsFollowTheLevel(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	var o offsets
	var want []float64
	for i := range 512 {
		x := 1e12 + r.NormFloat64()
		switch {
		case i == 0:
			x = 0
		case i%100 == 99:
			x = 1e80
		}
		o.add(x, 512)
		want = append(want, x)
	}
	for i, x := range want[300:] {
		if off := math.Abs(o.at(300+i) - x); off > math.Abs(x-1e12)/1e6+1e-3 {
			t.Errorf("value %d is %g, want %g", 300+i, o.at(300+i), x)
		}
	}
}

// TestForecastAtAnotherLevel: a season is foretold though the series began at another level, beside which it is next to nothing. (The time of day of
// that first row takes months to forget it.)
func TestForecastAtAnotherLevel(t *testing.T) {
	s := made("level", 3000, hour, func(i int, _ *rand.Rand) float64 { return float64(min(i, 1)) * (1e9 + float64(i%24)) })
	make, err := Compile("seasonal", 1, map[string]any{"season": "1 day"})
	if err != nil {
		t.Fatal(err)
	}
	d := make()
	for i := range s.rows {
		if r := d.Next(s.times[i], s.rows[i:i+1]); i > 2800 && i%24 > 0 && math.Abs(r.Expected-s.rows[i]) > 0.01 {
			t.Fatalf("row %d: expected %f, want %f", i, r.Expected, s.rows[i])
		}
	}
}

// TestLoadSaysWhichLayout: a state of an earlier release is refused in words that say so.
func TestLoadSaysWhichLayout(t *testing.T) {
	for _, method := range []string{"auto", "seasonal", "neighbour"} {
		d := defaults(t, method)
		saved := d.Append(nil)
		const head = 3 * 8 // what the gate has before its part
		earlier := append(saved[:head:head], saved[head+8:]...)
		if err := d.Load(earlier); err == nil || !strings.Contains(err.Error(), "load a detector's state: another version of weir has written it") {
			t.Errorf("%s: error %v", method, err)
		}
	}
}
