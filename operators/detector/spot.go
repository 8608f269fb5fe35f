package detector

import "math"

// spotMethod fits the tails of the errors by extreme value theory.
//
//	e = x − mean of the last `depth` rows;  t = the `level` quantile of the last errors;  excesses y = e − t > 0 follow a generalised Pareto
//	distribution with shape γ and scale σ;  P(e) = (1 − level) (1 + γ (e − t)/σ)^(−1/γ);  surprise = −log10(2 P), the same below
//
// Siffer, Fouque, Termier and Largouët 2017, Anomaly Detection in Streams with Extreme Value Theory (KDD). This is its DSPOT with bounded
// state: the threshold t and the excesses are those of the last rows, and γ and σ are estimated by probability-weighted moments (Hosking
// and Wallis 1987), which need no iteration. State: two floats a row held, 16 KB. Cost: about 300 ns a row.
func spotMethod() Method {
	return Method{
		Name:    "spot",
		Doc:     "Extreme value theory: the tails of the errors are fitted as they are. No normal distribution is assumed: for skewed and heavy-tailed values such as latencies.",
		Formula: "e = x − mean of the last depth rows; excesses of e over its level quantile are generalised Pareto (γ, σ); surprise −log10(2 (1 − level)(1 + γ (e − t)/σ)^(−1/γ))",
		Paper:   "Siffer et al. 2017, Anomaly Detection in Streams with Extreme Value Theory (KDD); Hosking and Wallis 1987",
		State:   "16 KB (16 bytes a row held)",
		Example: "SELECT *, anomaly_spot(latency, threshold := 0.6) OVER (PARTITION BY route ORDER BY ts) AS a FROM request",
		Options: common(200, 0, rowsOption(1000),
			Option{Name: "depth", Type: Whole, Default: 10.0, Min: 0, Max: 10_000, Doc: "Of how many rows the mean is taken that x is compared with; 0 for the value itself."},
			Option{Name: "level", Type: Number, Default: 0.98, Min: 0.5, Max: 0.999, Doc: "The quantile behind which the tail begins."}),
		Columns: 1,
		New: gated(func(_ int, s Settings) part {
			return &spot{
				last: newWindow(s.Rows("depth")), errors: newOrdered(s.Rows("rows")), level: s.Number("level"),
				risk: math.Pow(10, -surpriseOf(min(s.Number("threshold"), 1-1e-9))),
			}
		}),
	}
}

type spot struct {
	last   window
	errors ordered
	level  float64
	risk   float64 // of the band
}

func (p *spot) next(_ int64, x []float64) verdict {
	v := verdict{forecast: noForecast}
	mean := 0.0
	if len(p.last.values) > 0 {
		mean = p.last.mean()
	}
	e := x[0] - mean
	if n := len(p.errors.sorted); n >= 10 {
		above, below := p.fit(+1), p.fit(-1)
		probability := min(above.beyond(e), below.beyond(-e))
		v.surprise = max(0, -math.Log10(2*probability))
		v.forecast = forecast{mean + p.errors.median(), mean - below.quantile(p.risk/2), mean + above.quantile(p.risk/2)}
		v.why = out(extreme, x[0], v.forecast, 1/(2*probability))
	}
	if p.last.longest > 0 {
		p.last.push(x[0])
	}
	p.errors.push(e)
	return v
}

// tail is a generalised Pareto distribution above a quantile.
type tail struct {
	from, share  float64 // the quantile, and how much lies above it
	shape, scale float64
}

// fit estimates the upper tail, or with sign −1 the lower one, of which all is turned round.
//
//	a₀ = mean of y;  a₁ = mean of y times the share of the excesses that are greater;  γ = 2 − a₀/(a₀ − 2a₁);  σ = 2a₀a₁/(a₀ − 2a₁)
func (p *spot) fit(sign float64) tail {
	s := p.errors.sorted
	n := len(s)
	k := max(4, int(float64(n)*(1-p.level))) // excesses
	at := func(i int) float64 {              // the i-th greatest
		if sign < 0 {
			return -s[i]
		}
		return s[n-1-i]
	}
	from := at(k)
	a0, a1 := 0.0, 0.0
	for i := range k {
		y := at(i) - from
		a0 += y
		a1 += y * float64(i) / float64(k-1)
	}
	a0, a1 = a0/float64(k), a1/float64(k)
	return newTail(from, float64(k)/float64(n), a0, a1)
}

// newTail makes a tail of the moments. It is never taken for shorter than an exponential one: few excesses do not prove an end.
func newTail(from, share, a0, a1 float64) tail {
	t := tail{from: from, share: share, scale: floored(a0, from)}
	if d := a0 - 2*a1; d > 0 && a0 > 0 {
		if shape := 2 - a0/d; shape > 0 {
			t.shape = min(shape, 0.5)
			t.scale = max(t.scale, 0) * (1 - t.shape)
		}
	}
	return t
}

// beyond is the probability of something as far out as e, or a half at most: inside, nothing is said.
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

func (p *spot) fields(s *state) {
	p.last.fields(s)
	p.errors.fields(s)
}
