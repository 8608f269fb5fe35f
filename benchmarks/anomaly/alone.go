package anomaly

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/operators/detector"
)

// alone is what a detector of one key costs.
type alone struct {
	method string
	cost   time.Duration // of an event
	state  int           // bytes, as it is held
	saved  int           // bytes, as it is written
}

// fullAfter is how many rows are not timed: by then every detector holds all that it will hold.
const fullAfter = 12_000

func measureAlone(ctx context.Context, method string, events, runs int) (*alone, error) {
	newDetector, err := detector.Compile(method, 1, nil)
	if err != nil {
		return nil, err
	}
	out := &alone{method: method}
	var costs []time.Duration
	for range runs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		d := newDetector()
		score(d, 1, 0, fullAfter)
		saved := d.Append(nil)
		var scores []float64
		used, err := bench.Measure(func() error {
			scores = score(d, 1, fullAfter, fullAfter+events)
			return nil
		})
		if err != nil {
			return nil, err
		}
		costs = append(costs, used.CPU/time.Duration(events))
		if err := goesOn(newDetector(), saved, scores); err != nil {
			return nil, err
		}
		out.state, out.saved = d.Size(), len(saved)
	}
	slices.Sort(costs)
	out.cost = costs[len(costs)/2]
	return out, nil
}

// score scores rows of a key.
func score(d detector.Detector, key, from, to int) []float64 {
	out := make([]float64, 0, to-from)
	x := make([]float64, 1)
	for i := from; i < to; i++ {
		x[0] = valueOf(key, i)
		out = append(out, d.Next(timeOf(i), x).Score)
	}
	return out
}

// goesOn wants a detector with a saved state to score the rows behind it as the one that was saved did.
func goesOn(d detector.Detector, saved []byte, want []float64) error {
	if err := d.Load(saved); err != nil {
		return err
	}
	return sameScores(score(d, 1, fullAfter, fullAfter+len(want)), want, "after its state was saved and loaded")
}

// sameScores compares by the bits.
func sameScores(got, want []float64, when string) error {
	if len(got) != len(want) {
		return fmt.Errorf("%w: %d scores %s, want %d", errWrong, len(got), when, len(want))
	}
	for i := range got {
		if math.Float64bits(got[i]) != math.Float64bits(want[i]) {
			return fmt.Errorf("%w: %s row %d has the score %v, want %v", errWrong, when, i, got[i], want[i])
		}
	}
	return nil
}
