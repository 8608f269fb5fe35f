package detector

// window holds the last rows of a series, up to a number of them. It grows as rows come.
type window struct {
	values  []float64 // a ring once it is full
	oldest  int       // in values
	longest int
}

func newWindow(longest int) window { return window{longest: longest} }

// push adds a value, in the place of the oldest if the window is full.
func (w *window) push(x float64) {
	if len(w.values) < w.longest {
		w.values = append(roomFor(w.values, w.longest), x)
		return
	}
	w.values[w.oldest] = x
	w.oldest++
	if w.oldest == w.longest {
		w.oldest = 0
	}
}

// roomFor makes room for one more element: twice as much as there was, but no more than for the most there will be.
func roomFor[T any](list []T, most int) []T {
	if n := len(list); n == cap(list) {
		grown := make([]T, n, min(max(2*n, 8), most))
		copy(grown, list)
		return grown
	}
	return list
}

// mean is summed anew, so that nothing of a huge value stays behind it.
func (w *window) mean() float64 {
	sum := 0.0
	for _, x := range w.values {
		sum += x
	}
	return sum / float64(len(w.values))
}

func (w *window) fields(s *state) {
	floats(s, &w.values, w.longest)
	s.index(&w.oldest, max(0, len(w.values)-1))
}
