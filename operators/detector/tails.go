package detector

import "math"

// tails holds the last errors of a forecast, and fits both of their tails.
type tails struct {
	ordered[float64]
	level float64 // the quantile behind which a tail begins
}

func newTails(rows int, level float64) tails { return tails{newOrdered[float64](rows), level} }

// ready reports whether there are enough errors to fit.
func (t *tails) ready() bool { return len(t.values) >= min(20, t.longest) }

// fit estimates both tails of the errors of values about a level, in whose noise there are none.
func (t *tails) fit(level float64) (above, below tail) {
	n := len(t.values)
	k := max(4, int(float64(n)*(1-t.level))) // excesses
	return t.upper(n, k, level), t.lower(n, k, level)
}

// upper and lower fit the k values beyond the one before them. Below, all is turned round.
//
//	a₀ = mean of the excesses y;  a₁ = mean of y times the share of the excesses that are greater
func (t *tails) upper(n, k int, level float64) tail {
	from := t.ranked(n - 1 - k)
	a0, a1 := 0.0, 0.0
	for i := range k {
		y := t.ranked(n-1-i) - from
		a0 += y
		a1 += y * float64(i) / float64(k-1)
	}
	return newTail(from, float64(k)/float64(n), a0/float64(k), a1/float64(k), level)
}

func (t *tails) lower(n, k int, level float64) tail {
	from := t.ranked(k)
	a0, a1 := 0.0, 0.0
	for i := range k {
		y := from - t.ranked(i)
		a0 += y
		a1 += y * float64(i) / float64(k-1)
	}
	return newTail(-from, float64(k)/float64(n), a0/float64(k), a1/float64(k), level)
}

// band is a forecast whose errors are beyond the band with a probability.
func (t *tails) band(above, below tail, forecasted, risk float64) forecast {
	middle := t.median()
	return forecast{forecasted + middle, forecasted + min(middle, -below.quantile(risk/2)), forecasted + max(middle, above.quantile(risk/2))}
}

// surpriseBeyond is how unlikely an error as far out as e is, on either side.
func surpriseBeyond(above, below tail, e float64) float64 {
	return max(0, -math.Log10(2*min(above.beyond(e), below.beyond(-e))))
}

// tail is a generalised Pareto distribution above a quantile.
type tail struct {
	from, share  float64 // the quantile, and how much lies above it
	shape, scale float64
}

// heaviest is the shape of the heaviest tail that is believed: one whose variance is just infinite.
const heaviest = 0.5

// newTail makes a tail of the probability-weighted moments of its excesses. It is never taken for shorter than an exponential one: few
// excesses do not prove an end.
//
//	γ = 2 − a₀/(a₀ − 2a₁);  σ = a₀ (1 − γ)
func newTail(from, share, a0, a1, level float64) tail {
	t := tail{from: from, share: share, scale: floored(a0, level)}
	if d := a0 - 2*a1; d > 0 {
		t.shape = min(max(2-a0/d, 0), heaviest)
		t.scale *= 1 - t.shape
	}
	return t
}

// beyond is the probability of something as far out as e; a half within, where nothing is said.
func (t tail) beyond(e float64) float64 {
	y := (e - t.from) / t.scale
	switch {
	case y <= 0:
		return 0.5
	case t.shape == 0:
		return t.share * math.Exp(-min(y, 600))
	}
	return max(t.share*math.Pow(1+t.shape*y, -1/t.shape), 1e-300)
}

// quantile is what is exceeded with a probability.
func (t tail) quantile(p float64) float64 {
	q := max(t.share/p, 1)
	if t.shape == 0 {
		return t.from + t.scale*math.Log(q)
	}
	return t.from + t.scale*(math.Pow(q, t.shape)-1)/t.shape
}
