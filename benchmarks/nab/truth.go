package nab

import "math"

// truth is what each row of a series is worth as a detection. It follows from the labels alone.
//
//	      probation      ┌─ window ─┐
//	──────────────────┼──│──────────│─────────────────────
//	   not scored      −1 1 ▼▼▼   0  0 ▼▼▼ −1      a detection in a window earns, the earlier the more, once a window;
//	                                               one behind it costs, the later the more, and one before the first costs most
type truth struct {
	probation int
	worth     []float64 // of each row
	window    []int     // of each row: its window, or -1
	windows   int       // that have a scored row
}

// sigmoid is 2/(1 + e^5y) − 1: 1 far to the left of 0, −1 far to the right.
func sigmoid(y float64) float64 { return 2/(1+math.Exp(5*y)) - 1 }

// behind is how many widths of a window behind it a detection costs most.
const behind = 3

// probationOf is how many rows of a series are not scored: 15 % of it, but no more than of one of 5000 rows.
func probationOf(rows int) int { return min(int(math.Floor(0.15*float64(rows))), 750) }

func newTruth(s *series) truth {
	t := truth{probation: probationOf(len(s.times)), worth: make([]float64, len(s.times)), window: make([]int, len(s.times))}
	for i := range t.worth {
		t.worth[i], t.window[i] = -1, -1
	}
	for k, w := range s.windows {
		end := len(s.times)
		if k+1 < len(s.windows) {
			end = s.windows[k+1].first
		}
		t.label(k, w, end)
		if w.last >= t.probation {
			t.windows++
		}
	}
	return t
}

// label gives the rows of a window, and those behind it up to end, their worth.
func (t *truth) label(k int, w window, end int) {
	width := float64(w.last - w.first + 1)
	for i := w.first; i <= w.last; i++ {
		t.worth[i] = sigmoid(-float64(w.last-i+1)/width) / sigmoid(-1)
		t.window[i] = k
	}
	for i := w.last + 1; i < end; i++ {
		if y := float64(i-w.last) / max(width-1, 1); y <= behind {
			t.worth[i] = sigmoid(y)
		}
	}
}

// tally is what some detections come to, before a profile weighs it.
type tally struct {
	windows, missed int
	earned          float64 // by the best detection of each window
	lost            float64 // by detections outside, at most 0
	outside         int     // how many those were
}

func (t tally) plus(o tally) tally {
	return tally{t.windows + o.windows, t.missed + o.missed, t.earned + o.earned, t.lost + o.lost, t.outside + o.outside}
}

// count tallies the rows at which there is a detection.
func (t *truth) count(detections func(yield func(int) bool)) tally {
	out := tally{windows: t.windows, missed: t.windows}
	window, best := -1, 0.0
	for i := range detections {
		switch k := t.window[i]; {
		case i < t.probation:
		case k < 0:
			out.lost += t.worth[i]
			out.outside++
		case k != window:
			window, best = k, t.worth[i]
			out.earned += best
			out.missed--
		case t.worth[i] > best:
			out.earned += t.worth[i] - best
			best = t.worth[i]
		}
	}
	return out
}

// profile weighs detections, missed windows and false alarms.
type profile struct {
	name                      string
	detected, missed, outside float64
}

// profiles are those of the benchmark.
var profiles = [...]profile{
	{"standard", 1, 1, 0.11},
	{"reward low FP", 1, 1, 0.22},
	{"reward low FN", 1, 2, 0.11},
}

// raw is the sum of what detections earn and cost.
func (p profile) raw(t tally) float64 {
	return p.detected*t.earned - p.missed*float64(t.missed) + p.outside*t.lost
}

// score is raw on the scale on which no detection is 0 and the best possible 100; NaN if there is no window.
func (p profile) score(t tally) float64 {
	null := -p.missed * float64(t.windows)
	return 100 * (p.raw(t) - null) / (p.detected*float64(t.windows) - null)
}
