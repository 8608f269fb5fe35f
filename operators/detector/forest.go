package detector

import "math"

type forest struct {
	trees   []tree
	columns []moments
	shingle int
	point   []float64 // the last shingle rows of each column, the newest last
	sample  int
	rows    int64
	random  random
	scores  moments
}

func newForest(columns, trees, sample, shingle int) *forest {
	f := &forest{shingle: shingle, sample: sample, random: random{1}, scores: moments{memory: likelihoodMemory}}
	for range columns {
		f.columns = append(f.columns, moments{memory: likelihoodMemory})
	}
	f.point = make([]float64, columns*shingle)
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
		sum := 0.0
		for i := range f.trees {
			sum += f.trees[i].score(f.point)
		}
		raw := sum / float64(len(f.trees))
		if raw > f.scores.mean && f.scores.rows >= likelihoodWarmup {
			z := off(raw, f.scores.mean, f.scores.deviation())
			v.surprise = surprise(z)
			v.why = Reason{cause: isolated, value: x[0], figure: z}
		}
		f.scores.learn(raw)
	}
	f.learn()
	return v
}

// shift moves the point on by a row, each column in its deviations if there are several.
func (f *forest) shift(x []float64) {
	for i, v := range x {
		p := f.point[i*f.shingle : (i+1)*f.shingle]
		copy(p, p[1:])
		if len(x) > 1 {
			m := &f.columns[i]
			m.learn(v)
			v = (v - m.mean) / floored(m.deviation(), m.mean)
		}
		p[len(p)-1] = math.Max(-mostDeviations*1e90, math.Min(v, mostDeviations*1e90))
	}
}

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
