package detector

import "math"

// changepointMethod is Bayesian online change point detection.
//
//	P(run length r = 0)     ∝ Σ_r  P(r) p(x | run r) / hazard
//	P(run length r + 1)     ∝      P(r) p(x | run r) (1 − 1/hazard)
//	p(x | run r): Student's t of a normal-inverse-gamma posterior over the rows of the run; the prior is what all rows have been like
//	surprise = −log10 P(no change in the last 10 rows)
//
// Adams and MacKay 2007, Bayesian Online Changepoint Detection (arXiv:0710.3742). The least likely runs are dropped, so that the state is
// bounded: 64 runs of 4 floats, 2 KB. Cost: about 80 ns a run, 5 µs a row.
func changepointMethod() Method {
	return Method{
		Name:    "changepoint",
		Doc:     "Bayesian online change point detection: the level or the noise is another than before. For steps; a change is one anomaly, some rows after it.",
		Formula: "surprise −log10 P(no change in the last 10 rows), by the posterior over run lengths with Student-t predictions and a constant hazard",
		Paper:   "Adams and MacKay 2007, Bayesian Online Changepoint Detection (arXiv:0710.3742)",
		State:   "2.4 KB (32 bytes a run)",
		Example: "SELECT *, anomaly_changepoint(load, hazard := 1000) OVER (PARTITION BY host ORDER BY ts) AS a FROM metric",
		Options: common(50, 0,
			Option{Name: "hazard", Type: Whole, Default: 250.0, Min: 2, Max: 1e6, Doc: "After how many rows a change is expected."},
			Option{Name: "runs", Type: Whole, Default: 64.0, Min: 20, Max: 1000, Doc: "How many run lengths are followed."}),
		Columns: 1,
		New: gated(func(_ int, s Settings) func() part {
			hazard, runs, width := s.Number("hazard"), s.Rows("runs"), widthOf(s)
			return func() part { return newChangepoint(hazard, runs, width) }
		}),
	}
}

// recently is how many rows after a change it is still one: enough to tell it from an outlier.
const recently = 10

// changepoint holds the runs that may be the current one, the oldest first. Each has begun before the next.
type changepoint struct {
	hazard float64
	runs   []run
	most   int
	all    moments // of all rows: the prior
	width  float64
}

// run is the hypothesis that the level has been the same for some rows.
type run struct {
	weight  float64 // its probability
	rows    float64
	mean    float64
	squares float64 // sum of squared distances from the mean
}

const (
	priorRows     = 1    // how many rows the prior counts as
	longestRun    = 5000 // rows beyond this are forgotten by what they would add
	changedMemory = 5000
)

func newChangepoint(hazard float64, most int, width float64) *changepoint {
	return &changepoint{hazard: hazard, runs: make([]run, 0, most+1), most: most, all: moments{memory: changedMemory}, width: width}
}

func (c *changepoint) next(_ int64, x []float64) verdict {
	v := verdict{forecast: noForecast}
	if c.all.rows > 1 {
		best := c.likeliest()
		middle, scale, _ := best.predict(c.all.mean, c.prior())
		v.forecast = around(middle, math.Sqrt(scale), c.width)
		c.weigh(x[0])
		v.surprise, v.why = c.judge(x[0], best)
	} else {
		c.runs = append(c.runs[:0], run{weight: 1})
	}
	for i := range c.runs {
		c.runs[i].learn(x[0])
	}
	c.all.learn(x[0])
	return v
}

// likeliest is the run that most probably goes on.
func (c *changepoint) likeliest() run {
	best := c.runs[0]
	for _, r := range c.runs[1:] {
		if r.weight > best.weight {
			best = r
		}
	}
	return best
}

// prior is the variance of all rows.
func (c *changepoint) prior() float64 {
	deviation := floored(c.all.deviation(), c.all.mean)
	return max(deviation*deviation, math.SmallestNonzeroFloat64*(1<<60))
}

// weigh gives each run its probability given x, and begins a new one with x.
func (c *changepoint) weigh(x float64) {
	prior := c.prior()
	highest := math.Inf(-1)
	for i := range c.runs {
		r := &c.runs[i]
		r.weight = math.Log(r.weight) + r.density(x, c.all.mean, prior)
		highest = max(highest, r.weight)
	}
	sum := 0.0
	for i := range c.runs {
		r := &c.runs[i]
		r.weight = math.Exp(r.weight - highest)
		sum += r.weight
	}
	for i := range c.runs {
		c.runs[i].weight *= (1 - 1/c.hazard) / sum
	}
	c.runs = append(c.runs, run{weight: 1 / c.hazard})
	if len(c.runs) > c.most {
		c.drop()
	}
}

// drop leaves out the least likely run but the youngest ones, which have had no time yet.
func (c *changepoint) drop() {
	least := 0
	for i := range len(c.runs) - recently {
		if c.runs[i].weight < c.runs[least].weight {
			least = i
		}
	}
	lost := c.runs[least].weight
	c.runs = append(c.runs[:least], c.runs[least+1:]...)
	for i := range c.runs {
		c.runs[i].weight /= 1 - lost
	}
}

// judge is how unlikely it is that nothing has changed of late.
func (c *changepoint) judge(x float64, before run) (float64, Reason) {
	old, oldest := 0.0, c.runs[0]
	newest := c.likeliest()
	for _, r := range c.runs {
		if r.rows >= recently {
			old += r.weight
		}
		if r.rows > oldest.rows {
			oldest = r
		}
	}
	if oldest.rows < recently {
		return 0, Reason{}
	}
	was := before
	if was.rows < recently {
		was = oldest
	}
	level := newest.mean
	if newest.rows == 0 {
		level = x
	}
	return -math.Log10(min(1, max(old, 1e-300))), Reason{cause: changed, value: level, lower: was.mean, figure: newest.rows}
}

// predict is what a run and the prior's mean and variance make of the next row: Student's t with 2α degrees of freedom.
//
//	κ = 1 + n;  middle = (μ₀ + n·mean)/κ;  α = 1 + n/2;  β = σ₀² + S/2 + n (mean − μ₀)²/(2κ);  scale² = β (κ + 1)/(α κ)
func (r *run) predict(mean, variance float64) (middle, scale2, alpha float64) {
	kappa := priorRows + r.rows
	d := r.mean - mean
	alpha = priorRows + r.rows/2
	beta := priorRows*variance + r.squares/2 + priorRows*r.rows*d*d/(2*kappa)
	return (priorRows*mean + r.rows*r.mean) / kappa, beta * (kappa + 1) / (alpha * kappa), alpha
}

// density is the logarithm of the predicted distribution at x.
func (r *run) density(x, mean, variance float64) float64 {
	middle, scale2, alpha := r.predict(mean, variance)
	e := x - middle
	return gammaRatio(alpha) - math.Log(2*math.Pi*alpha*scale2)/2 - (alpha+0.5)*math.Log1p(e*e/(2*alpha*scale2))
}

// gammaRatio is log(Γ(α + 1/2) / Γ(α)), by its series.
func gammaRatio(alpha float64) float64 {
	return math.Log(alpha)/2 - 1/(8*alpha) + 1/(192*alpha*alpha*alpha)
}

func (r *run) learn(x float64) {
	if r.rows >= longestRun {
		r.squares *= 1 - 1/r.rows
	} else {
		r.rows++
	}
	d := x - r.mean
	r.mean += d / r.rows
	r.squares += d * (x - r.mean)
}

func (c *changepoint) fields(s *state) {
	c.all.fields(s)
	n := len(c.runs)
	s.index(&n, c.most)
	switch s.mode {
	case sizing:
		s.size += 32 * cap(c.runs)
		return
	case loading:
		c.runs = append(c.runs[:0], make([]run, n)...)
	}
	for i := range c.runs {
		r := &c.runs[i]
		s.float(&r.weight, &r.rows, &r.mean, &r.squares)
	}
}
