package nab

import (
	"math"
	"time"

	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/operators/detector"
)

// run is what a detector makes of all series.
type run struct {
	method *detector.Method
	scores [][]float64   // of each series and row
	took   time.Duration // of CPU
	rows   int
	size   int // bytes of the greatest state at a series' end
}

// detect runs a detector over all series, each from its beginning. A row without a value has the score 0, and the detector does not see it.
func detect(m *detector.Method, all []series, options map[string]any) (*run, error) {
	make1, err := detector.Compile(m.Name, 1, options)
	if err != nil {
		return nil, err
	}
	r := &run{method: m}
	for i := range all {
		d := make1()
		used, err := bench.Measure(func() error {
			r.scores = append(r.scores, scoresOf(d, &all[i]))
			return nil
		})
		if err != nil {
			return nil, err
		}
		r.took += used.CPU
		r.rows += len(all[i].values)
		r.size = max(r.size, d.Size())
	}
	return r, nil
}

func scoresOf(d detector.Detector, s *series) []float64 {
	out := make([]float64, len(s.values))
	for i, x := range s.values {
		if !math.IsNaN(x) {
			out[i] = d.Next(s.times[i].UnixMicro(), []float64{x}).Score
		}
	}
	return out
}
