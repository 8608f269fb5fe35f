package detector

import (
	"fmt"
	"math"
)

// part is a method without what all of them share.
type part interface {
	// next says how surprising x is, then learns it.
	next(at int64, x []float64) verdict
	// fields moves the state.
	fields(s *state)
}

// verdict is what a part says of a point.
type verdict struct {
	surprise         float64 // −log10 of the probability of something as extreme
	expected, spread float64 // the forecast before the point was seen, and its deviation; NaN where there is none
	// why is what to say if it is an anomaly. Where it has a band, lower and upper are the middle and the deviation: the gate knows the width.
	why Reason
}

// noForecast is a verdict without a forecast.
func noForecast(surprise float64, why Reason) verdict {
	return verdict{surprise: surprise, expected: math.NaN(), spread: math.NaN(), why: why}
}

// gate makes a Detector of a part: it scales what comes, counts the warm-up, judges by likelihood if asked to, compares with the threshold,
// and is silent for some rows after an anomaly.
type gate struct {
	part       part
	likelihood *likelihood // nil for each row by itself
	threshold  float64     // of the score
	width      float64     // of the band, in deviations
	warmup     int64
	cooldown   int64

	scale  scale
	scaled []float64 // the point; scratch
	rows   int64
	silent int64 // rows still to come
}

// gated makes the New of a method from what makes its part.
func gated(make func(columns int, s Settings) part) func(columns int, s Settings) (Detector, error) {
	return func(columns int, s Settings) (Detector, error) {
		return newGate(make(columns, s), columns, s), nil
	}
}

func newGate(p part, columns int, s Settings) *gate {
	g := &gate{
		part: p, threshold: s.Number("threshold"), warmup: int64(s.Rows("warmup")), cooldown: int64(s.Rows("cooldown")),
		scaled: make([]float64, columns),
	}
	g.width = min(deviations(surpriseOf(min(g.threshold, 1-1e-9))), mostDeviations)
	if k := s.Rows("likelihood"); k > 0 {
		l := newLikelihood(k)
		g.likelihood = &l
	}
	return g
}

// Next implements Detector.
func (g *gate) Next(at int64, x []float64) Result {
	g.scale.of(x, g.scaled)
	v := g.part.next(at, g.scaled)
	if g.likelihood != nil {
		v.surprise = g.likelihood.next(v.surprise)
	}
	if g.rows++; g.rows <= g.warmup {
		return warmingUp(g.rows, g.warmup)
	}
	r := g.band(v)
	r.Score = scoreOf(v.surprise)
	g.decide(&r)
	if r.Anomaly {
		r.Reason = g.reason(v.why)
	}
	return r
}

func warmingUp(rows, warmup int64) Result {
	none := math.NaN()
	return Result{Expected: none, Lower: none, Upper: none, Reason: Reason{cause: warming, value: float64(rows), upper: float64(warmup)}}
}

// decide compares with the threshold. In the silence after an anomaly scores are lowered to below it, so that an anomaly is always, and
// only, what has a score from the threshold on.
func (g *gate) decide(r *Result) {
	switch {
	case g.silent > 0:
		g.silent--
		r.Score *= g.threshold
	case r.Score >= g.threshold:
		r.Anomaly = true
		g.silent = g.cooldown
	}
}

// band is the forecast, and the range around it that the threshold allows.
func (g *gate) band(v verdict) Result {
	half := g.width * floored(v.spread, v.expected)
	return Result{Expected: g.scale.back(v.expected), Lower: g.scale.back(v.expected - half), Upper: g.scale.back(v.expected + half)}
}

// reason fills in the band, and scales back.
func (g *gate) reason(r Reason) Reason {
	switch r.cause {
	case outside, drifting, unseasonal, extreme:
		half := g.width * floored(r.upper, r.lower)
		r.lower, r.upper = r.lower-half, r.lower+half
	}
	r.value, r.lower, r.upper = g.scale.back(r.value), g.scale.back(r.lower), g.scale.back(r.upper)
	return r
}

func (g *gate) fields(s *state) {
	s.integer(&g.rows, &g.silent)
	s.float(&g.scale.factor)
	g.part.fields(s)
	if g.likelihood != nil {
		g.likelihood.fields(s)
	}
}

// Append implements Detector.
func (g *gate) Append(buf []byte) []byte {
	s := state{mode: saving, buf: buf}
	g.fields(&s)
	return s.buf
}

// Load implements Detector.
func (g *gate) Load(saved []byte) error {
	s := state{mode: loading, buf: saved}
	g.fields(&s)
	if s.err == nil && len(s.buf) > 0 {
		s.err = fmt.Errorf("%d bytes are left", len(s.buf))
	}
	if s.err != nil {
		return fmt.Errorf("load a detector's state: %w", s.err)
	}
	return nil
}

// gateSize is what a gate holds beside its part's fields: itself, and the part's settings.
const gateSize = 256

// Size implements Detector.
func (g *gate) Size() int {
	s := state{mode: sizing, size: gateSize + 8*cap(g.scaled)}
	g.fields(&s)
	return s.size
}
