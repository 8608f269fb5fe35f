// Package detector finds anomalies in series: rows of one key, in the order of their time. Each method stands in a file of its own, with its
// formula, paper, state and cost per row in the comment; methods.go lists them.
//
//	x ─► part: how unlikely is x? ─► likelihood (if asked for) ─► warm-up, threshold, cooldown ─► Result
//	     then learns x                                                (gate.go)
//
// All work in one pass, see no row before its time, and hold a bounded state. What a part gives is a surprise: −log10 of the probability of
// something as extreme. So the parts of auto add up, and one threshold means the same for every method.
//
// To add a method: a file with its part and its Method, and a line in methods.go. Its options, their checks and its row in docs/anomaly.md come
// from the declaration; the tests in detector_test.go run over every method of the list.
package detector

// Detector scores a series, one point at a time, in order. It is called by one goroutine.
type Detector interface {
	// Next scores the point x at a time (microseconds since 1970), which is not before the last one, and learns it. x is lent; its values
	// are finite.
	Next(at int64, x []float64) Result
	// Append appends the state to buf, and Load takes it back: what Next returns after is the same to the last bit. A Load that fails
	// leaves a detector that is not to be used.
	Append(buf []byte) []byte
	Load(state []byte) error
	// Size is how many bytes the state holds in memory.
	Size() int
}

// Result is what a detector says of a point.
type Result struct {
	Score                  float64 // 0 to 1; but for auto, a score s comes by chance once in 10^(5s/(1−s)) points: 0.5 once in 100,000
	Anomaly                bool    // the score is not below the threshold
	Expected, Lower, Upper float64 // the forecast before the point was seen, and the band outside of which it is an anomaly; NaN where there is none
	Reason                 Reason  // of a warm-up, or an anomaly
}
