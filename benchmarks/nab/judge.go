package nab

import (
	"github.com/weirdb/weir/operators/detector"
)

// corpus is all series with what their rows are worth.
type corpus struct {
	series   []series
	truths   []truth
	cooldown int    // rows
	options  string // that the detectors had
}

func newCorpus(all []series, cooldown int) *corpus {
	c := &corpus{series: all, cooldown: cooldown}
	for i := range all {
		c.truths = append(c.truths, newTruth(&all[i]))
	}
	return c
}

// outcome is what a detector comes to: without a cooldown, and with it.
type outcome struct {
	run    *run
	single [2]way
}

// way is an outcome with one cooldown.
type way struct {
	thresholds []float64
	tallies    tallies // at the thresholds
	standing   tallies // at the default threshold alone
}

func (c *corpus) judge(r *run) *outcome {
	o := &outcome{run: r}
	thresholds := candidates(c.truths, r.scores)
	for i, cooldown := range [2]int{0, c.cooldown} {
		o.single[i] = way{
			thresholds: thresholds,
			tallies:    tallyAll(c.truths, r.scores, thresholds, cooldown),
			standing:   tallyAll(c.truths, r.scores, []float64{defaultThreshold(r.method)}, cooldown),
		}
	}
	return o
}

// defaultThreshold is the one that a user gets.
func defaultThreshold(m *detector.Method) float64 {
	for _, o := range m.Options {
		if o.Name == "threshold" {
			return o.Default.(float64)
		}
	}
	return 1
}

// validated are the tallies of each series, at the threshold that is best for the others.
func (w *way) validated(p profile) []tally {
	at := w.tallies.crossValidated(p)
	out := make([]tally, len(at))
	for f := range out {
		out[f] = w.tallies[f][at[f]]
	}
	return out
}

// between is the lowest and the highest of the thresholds that the series are judged at.
func (w *way) between(p profile) (low, high float64) {
	for f, at := range w.tallies.crossValidated(p) {
		t := w.thresholds[at]
		if f == 0 {
			low, high = t, t
		}
		low, high = min(low, t), max(high, t)
	}
	return low, high
}

// hindsight is the tally at the one threshold that is best for all series, which no user could know.
func (w *way) hindsight(p profile) tally {
	at := w.tallies.best(p)
	return sum(len(w.tallies), func(f int) tally { return w.tallies[f][at] })
}

// untuned is the tally at the default threshold.
func (w *way) untuned() tally {
	return sum(len(w.standing), func(f int) tally { return w.standing[f][0] })
}

func sum(n int, of func(f int) tally) (out tally) {
	for f := range n {
		out = out.plus(of(f))
	}
	return out
}
