package detector

import (
	"math"
	"math/rand/v2"
)

// sample is a series that a test runs over.
type sample struct {
	name  string
	times []int64
	rows  []float64
}

const (
	second = int64(1e6)
	minute = 60 * second
	hour   = 60 * minute
)

// start is a Tuesday in 2014.
const start = 1396310400 * second

// made is a series of n rows, a step apart.
func made(name string, n int, step int64, value func(i int, r *rand.Rand) float64) sample {
	r := rand.New(rand.NewPCG(7, uint64(len(name))))
	s := sample{name: name}
	for i := range n {
		s.times = append(s.times, start+int64(i)*step)
		s.rows = append(s.rows, value(i, r))
	}
	return s
}

// samples are series of the kinds that break detectors.
func samples(n int) []sample {
	noise := func(_ int, r *rand.Rand) float64 { return r.NormFloat64() }
	out := []sample{
		made("noise", n, minute, noise),
		made("flat", n, minute, func(int, *rand.Rand) float64 { return 45 }),
		made("zeros", n, minute, func(int, *rand.Rand) float64 { return 0 }),
		made("float noise", n, minute, func(_ int, r *rand.Rand) float64 { return 0.1 + r.Float64()*1e-16 }),
		made("rare ones", n, minute, func(_ int, r *rand.Rand) float64 { return math.Floor(r.Float64() * 1.02) }),
		made("steps", n, minute, func(i int, r *rand.Rand) float64 { return float64(i/200%3) + r.NormFloat64()/10 }),
		made("spikes", n, minute, func(i int, r *rand.Rand) float64 { return r.NormFloat64() + float64(i%97/96)*50 }),
		made("sine", n, minute, func(i int, r *rand.Rand) float64 { return math.Sin(float64(i)/50*2*math.Pi) + r.NormFloat64()/20 }),
		made("daily", n, hour, func(i int, r *rand.Rand) float64 { return float64(i%24) + r.NormFloat64() }),
		made("high level", n, minute, func(_ int, r *rand.Rand) float64 { return 1e15 + math.Round(r.NormFloat64()*10) }),
		made("tiny", n, minute, func(_ int, r *rand.Rand) float64 { return r.NormFloat64() * 1e-300 }),
		made("huge", n, minute, func(_ int, r *rand.Rand) float64 { return r.NormFloat64() * 1e300 }),
		made("of all sizes", n, minute, func(_ int, r *rand.Rand) float64 { return math.Pow(10, r.Float64()*600-300) }),
		made("greatest", n, minute, func(i int, _ *rand.Rand) float64 { return math.MaxFloat64 * float64(1-i%2*2) }),
		made("negative", n, minute, func(_ int, r *rand.Rand) float64 { return -1000 + r.NormFloat64() }),
		made("one time", n, 0, noise),
		made("heavy tails", n, minute, func(_ int, r *rand.Rand) float64 { return 1 / r.NormFloat64() }),
	}
	irregular := made("irregular", n, 0, noise)
	walk := made("walk", n, minute, noise)
	for i := 1; i < n; i++ {
		irregular.times[i] = irregular.times[i-1] + int64(math.Abs(irregular.rows[i])*1e9)*int64(i%5)
		walk.rows[i] += walk.rows[i-1]
	}
	early := made("before 1970", n, minute, noise)
	for i := range early.times {
		early.times[i] -= 2 * start
	}
	return append(out, irregular, walk, early)
}
