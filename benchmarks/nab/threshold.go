package nab

import (
	"math"
	"slices"
)

// detectionsOf are the rows whose score is not below a threshold, each followed by some rows of silence.
func detectionsOf(scores []float64, threshold float64, cooldown int) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for i := 0; i < len(scores); i++ {
			if scores[i] < threshold {
				continue
			}
			if !yield(i) {
				return
			}
			i += cooldown
		}
	}
}

// candidates are the thresholds among which the best one is, without a cooldown: the scores of rows that are worth more than all rows of
// their window with higher scores, since any other row only costs. Infinity, which detects nothing, is the first.
func candidates(truths []truth, scores [][]float64) []float64 {
	out := []float64{math.Inf(1)}
	for f := range truths {
		t := &truths[f]
		for from := t.probation; from < len(t.window); {
			to := from + 1
			for to < len(t.window) && t.window[to] == t.window[from] {
				to++
			}
			if t.window[from] >= 0 {
				out = append(out, improving(scores[f][from:to])...)
			}
			from = to
		}
	}
	slices.Sort(out)
	slices.Reverse(out)
	return slices.Compact(out)
}

// improving are the scores of a window's rows that are higher than those of all rows before: the earlier a row, the more it is worth.
func improving(scores []float64) (out []float64) {
	highest := math.Inf(-1)
	for _, s := range scores {
		if s > highest {
			highest = s
			out = append(out, s)
		}
	}
	return out
}

// tallies are those of each series at each threshold.
type tallies [][]tally

func tallyAll(truths []truth, scores [][]float64, thresholds []float64, cooldown int) tallies {
	out := make(tallies, len(truths))
	for f := range truths {
		out[f] = make([]tally, len(thresholds))
		for i, threshold := range thresholds {
			out[f][i] = truths[f].count(detectionsOf(scores[f], threshold, cooldown))
		}
	}
	return out
}

// best is the threshold that is best for all series together.
func (a tallies) best(p profile) int {
	at, highest := 0, math.Inf(-1)
	for i := range a[0] {
		if raw := a.raw(p, i); raw > highest {
			at, highest = i, raw
		}
	}
	return at
}

func (a tallies) raw(p profile, threshold int) (sum float64) {
	for f := range a {
		sum += p.raw(a[f][threshold])
	}
	return sum
}

// crossValidated is, for each series, the threshold that is best for all the others together.
func (a tallies) crossValidated(p profile) []int {
	all := make([]float64, len(a[0]))
	for i := range all {
		all[i] = a.raw(p, i)
	}
	out := make([]int, len(a))
	for f := range a {
		highest := math.Inf(-1)
		for i := range all {
			if rest := all[i] - p.raw(a[f][i]); rest > highest {
				out[f], highest = i, rest
			}
		}
	}
	return out
}
