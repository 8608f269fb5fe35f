package detector

import "math"

// moments are an exponentially weighted mean and variance; the plain ones until there are memory rows.
type moments struct {
	memory         float64 // rows
	rows           float64 // seen, up to memory
	mean, variance float64
}

// learn takes in a value: with a = 1/rows, at least 1/memory.
func (m *moments) learn(x float64) {
	m.rows = min(m.rows+1, m.memory)
	a := 1 / m.rows
	d := x - m.mean
	m.mean += a * d
	m.variance = (1 - a) * (m.variance + a*d*d)
}

func (m *moments) deviation() float64 { return math.Sqrt(m.variance) }

// magnitude is the root of the mean square.
func (m *moments) magnitude() float64 { return math.Sqrt(m.mean*m.mean + m.variance) }

func (m *moments) fields(s *state) { s.float(&m.rows, &m.mean, &m.variance) }
