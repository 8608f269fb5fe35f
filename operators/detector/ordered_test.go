package detector

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// An ordered window has the last rows by value, whatever comes, and however many turns a byte can tell apart.
func TestOrdered(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	values := map[string]func() float64{
		"any":        r.NormFloat64,
		"many equal": func() float64 { return float64(r.IntN(3)) },
		"all equal":  func() float64 { return 7 },
	}
	for name, value := range values {
		for _, longest := range []int{1, 2, 255, 256, 257, 700} {
			o := newOrdered[float64](longest)
			var all []float64
			for range 3*longest + 10 {
				all = append(all, value())
				o.push(all[len(all)-1])
				last := slices.Clone(all[max(0, len(all)-longest):])
				slices.Sort(last)
				if !slices.Equal(o.values, last) {
					t.Fatalf("%s: of %d values, the last %d are %v, want %v", name, len(all), longest, o.values, last)
				}
				m := value()
				if got, want := o.near(m, len(last)/2), nearest(last, m, len(last)/2); got != want {
					t.Fatalf("%s: the distance %d from %v in %v is %v, want %v", name, len(last)/2, m, last, got, want)
				}
			}
		}
	}
}

// nearest is the k-th smallest distance from m.
func nearest(values []float64, m float64, k int) float64 {
	var apart []float64
	for _, v := range values {
		apart = append(apart, math.Abs(v-m))
	}
	slices.Sort(apart)
	return apart[min(k, len(apart)-1)]
}

// A state in which a turn is missing is refused, as nothing would go when it comes.
func TestOrderedRefusesTurns(t *testing.T) {
	for name, damage := range map[string]func(*ordered[float64]){
		"one is there twice":        func(o *ordered[float64]) { o.turns.low[7] = o.turns.low[8] },
		"the next one is not known": func(o *ordered[float64]) { o.turn = 3 },
	} {
		o := newOrdered[float64](300)
		for i := range 200 {
			o.push(float64(i))
		}
		damage(&o)
		saving := state{mode: saving}
		o.fields(&saving)
		loaded, loading := newOrdered[float64](300), state{mode: loading, buf: saving.buf}
		if loaded.fields(&loading); loading.err == nil {
			t.Errorf("%s: it is taken", name)
		}
	}
}
