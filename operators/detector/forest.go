package detector

import "math"

// forestMethod is the random cut forest.
//
//	each tree cuts the box of its points in two at a random place, and each half again; a point is as anomalous as it is soon parted:
//	score = mean over the trees of Σ P(x is parted at depth d) / (d + 1);  m, v: mean and variance of earlier scores;
//	surprise = −log10(2 Q((score − m)/√v)) for a score > m
//
// Guha, Mishra, Roy and Schrijvers 2016, Robust Random Cut Forest Based Anomaly Detection on Streams (ICML). A point is the last rows of each
// column (shingle). Scores are the mean over all cuts that could be, so that only the trees are random; these follow from the rows alone.
// Scores have a long tail above, so that the default threshold is higher than others'.
// State: 32 trees of 128 points, 525 KB with a point of 4 numbers. Cost: about 13 µs a row.
func forestMethod() Method {
	return Method{
		Name: "forest",
		Doc: "Random cut forest: points that random cuts soon part from all others. Takes several columns at once, and finds combinations that are unusual " +
			"though each value is usual. Much state: for few keys.",
		Formula: "score = mean over trees of Σ P(parted at depth d)/(d + 1) · log2(points + 1); surprise −log10(2 Q((score − m)/√v)), m and v mean and variance of earlier scores",
		Paper:   "Guha et al. 2016, Robust Random Cut Forest Based Anomaly Detection on Streams (ICML)",
		State:   "525 KB with one column",
		Example: "SELECT *, anomaly_forest(temperature, pressure, flow) OVER (PARTITION BY pump ORDER BY ts) AS a FROM reading",
		Options: withThreshold(0.6, common(200, 0,
			Option{Name: "trees", Type: Whole, Default: 32.0, Min: 1, Max: 1000, Doc: "How many trees there are."},
			Option{Name: "sample", Type: Whole, Default: 128.0, Min: 8, Max: 10_000, Doc: "How many points each tree holds."},
			Option{Name: "shingle", Type: Whole, Min: 1, Max: 100, Doc: "How many of the last rows make a point; 4 with one column, 1 with several, if not given."})),
		New: gated(func(columns int, s Settings) func() part {
			shingle := s.Rows("shingle")
			switch {
			case shingle == 0 && columns == 1:
				shingle = 4
			case shingle == 0:
				shingle = 1
			}
			trees, sample := s.Rows("trees"), s.Rows("sample")
			return func() part { return newForest(columns, trees, sample, shingle) }
		}),
	}
}

type forest struct {
	trees   []tree
	columns []moments // what each column is scaled by, if there are several
	shingle int
	point   []float64 // the last rows of each column, the newest last
	sample  int
	rows    int64
	random  random
	scores  moments
}

func newForest(columns, trees, sample, shingle int) *forest {
	f := &forest{
		columns: make([]moments, columns), shingle: shingle, point: make([]float64, columns*shingle), sample: sample,
		random: random{1}, scores: moments{memory: likelihoodMemory},
	}
	for i := range f.columns {
		f.columns[i].memory = likelihoodMemory
	}
	for range trees {
		f.trees = append(f.trees, newTree(len(f.point), sample))
	}
	return f
}

// renewal is the chance that a full tree takes a row in: its sample is spread over as many times its size.
const renewal = 0.1

func (f *forest) next(_ int64, x []float64) verdict {
	v := verdict{forecast: noForecast}
	f.shift(x)
	f.rows++
	if f.rows < int64(f.shingle) {
		return v
	}
	if f.trees[0].size > 0 {
		v.surprise, v.why = f.judge(x[0])
	}
	f.learn()
	return v
}

// judge compares the score of the point with what scores have been.
func (f *forest) judge(x float64) (float64, Reason) {
	score := 0.0
	for i := range f.trees {
		score += f.trees[i].score(f.point) / float64(len(f.trees))
	}
	defer f.scores.learn(score)
	if score <= f.scores.mean || f.scores.rows < likelihoodWarmup {
		return 0, Reason{}
	}
	z := off(score, f.scores.mean, f.scores.deviation())
	return surprise(z), Reason{cause: isolated, value: x, figure: z}
}

// shift moves the point on by a row, each column in its deviations if there are several.
func (f *forest) shift(x []float64) {
	for i, v := range x {
		p := f.point[i*f.shingle : (i+1)*f.shingle]
		last := p[len(p)-1]
		copy(p, p[1:])
		if len(x) > 1 {
			m := &f.columns[i]
			m.learn(v)
			v = (v - m.mean) / floored(m.deviation(), m.mean)
		}
		if math.Abs(v-last) <= noise*math.Abs(v) { // no cut is to part float noise
			v = last
		}
		p[len(p)-1] = v
	}
}

// learn puts the point into the trees: into all while they fill, then into each by chance, in place of one of its points.
func (f *forest) learn() {
	for i := range f.trees {
		t := &f.trees[i]
		place := t.size
		if t.size == f.sample {
			if f.random.float() >= renewal {
				continue
			}
			place = int(f.random.float() * float64(f.sample))
			t.remove(place)
		}
		t.insert(place, f.point, &f.random)
	}
}

func (f *forest) fields(s *state) {
	s.integer(&f.rows)
	r := int64(f.random.state)
	s.integer(&r)
	f.random.state = uint64(r)
	f.scores.fields(s)
	for i := range f.columns {
		f.columns[i].fields(s)
	}
	s.floatsOf(f.point)
	for i := range f.trees {
		f.trees[i].fields(s)
	}
}

// random is splitmix64.
type random struct{ state uint64 }

func (r *random) float() float64 {
	r.state += 0x9e3779b97f4a7c15
	z := r.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return float64((z^z>>31)>>11) / (1 << 53)
}
