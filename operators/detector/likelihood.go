package detector

// likelihood turns a raw score of any scale and habit into a surprise: how unlikely is the mean of the last few against what it has been.
//
//	u = mean of the last k scores; m, d = mean and deviation of earlier u, with forgetting 1/5000; out = surprise((u − m)/d)
//
// After Lavin and Ahmad 2015 (arXiv:1510.03336, section III). State: k + 4 floats. Cost: about 20 ns a row.
type likelihood struct {
	last window // the last k scores
	past moments
}

// likelihoodMemory is over how many rows a likelihood forgets.
const likelihoodMemory = 5000

// likelihoodWarmup is how many rows give no surprise.
const likelihoodWarmup = 50

func newLikelihood(k int) likelihood {
	return likelihood{last: newWindow(k), past: moments{memory: likelihoodMemory}}
}

func (l *likelihood) next(raw float64) float64 { return surprise(l.deviations(raw)) }

// deviations is how far the mean of the last few is above what it has been; 0 if it is not. Then it learns the score.
func (l *likelihood) deviations(raw float64) float64 {
	l.last.push(raw)
	u := l.last.mean()
	z := 0.0
	if l.past.rows >= likelihoodWarmup && u > l.past.mean {
		z = off(u, l.past.mean, l.past.deviation())
	}
	l.past.learn(u)
	return z
}

func (l *likelihood) fields(s *state) {
	l.last.fields(s)
	l.past.fields(s)
}
