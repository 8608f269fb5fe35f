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
	surprise float64 // −log10 of the probability of something as extreme
	forecast forecast
	why      Reason // what to say if it is an anomaly
}

// forecast is what was expected before a point was seen, and the band outside of which it would be an anomaly; NaN where there is none.
type forecast struct{ expected, lower, upper float64 }

var noForecast = forecast{math.NaN(), math.NaN(), math.NaN()}

// around is a forecast with a band of some deviations to both sides.
func around(expected, deviation, width float64) forecast {
	half := width * floored(deviation, expected)
	return forecast{expected, expected - half, expected + half}
}

// widthOf is how many deviations off a normal variable's score is the threshold.
func widthOf(s Settings) float64 { return deviations(surpriseOf(min(s.Number("threshold"), 1-1e-9))) }

// gate makes a Detector of a part: it scales what comes, counts the warm-up, judges by likelihood if asked to, compares with the threshold,
// and is silent for some rows after an anomaly.
type gate struct {
	part       part
	likelihood *likelihood // nil for each row by itself
	threshold  float64     // of the score
	warmup     int64
	cooldown   int64

	scale  scale
	scaled []float64 // the point; scratch
	rows   int64
	silent int64 // rows still to come
}

// gated makes the New of a method from what reads its own settings, and returns what makes its part.
func gated(parts func(columns int, s Settings) func() part) func(columns int, s Settings) func() Detector {
	return func(columns int, s Settings) func() Detector {
		newPart, judged := parts(columns, s), s.Rows("likelihood")
		all := gate{threshold: s.Number("threshold"), warmup: int64(s.Rows("warmup")), cooldown: int64(s.Rows("cooldown"))}
		return func() Detector {
			g := all
			g.part, g.scaled = newPart(), make([]float64, columns)
			if judged > 0 {
				l := newLikelihood(judged)
				g.likelihood = &l
			}
			return &g
		}
	}
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
	f := v.forecast
	r := Result{Score: scoreOf(v.surprise), Expected: g.scale.back(f.expected), Lower: g.scale.back(f.lower), Upper: g.scale.back(f.upper)}
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

// reason scales back.
func (g *gate) reason(r Reason) Reason {
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
