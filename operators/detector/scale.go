package detector

import "math"

// scale keeps values where their squares are neither infinite nor 0. A series whose first value but 0 is out of the usual is multiplied by
// a power of two, which changes no digit of any value.
type scale struct {
	factor float64 // 0 until a value is not 0
}

const (
	usual  = 1e60 // magnitudes of 1/usual to usual are taken as they are
	utmost = 1e90 // what is more, after scaling, is taken as this
)

// of scales x into out.
func (s *scale) of(x, out []float64) {
	for i, v := range x {
		if s.factor == 0 && v != 0 {
			s.factor = factorOf(math.Abs(v))
		}
		out[i] = min(max(v*s.factor, -utmost), utmost) + 0 // −0 becomes 0
	}
}

func factorOf(magnitude float64) float64 {
	if magnitude >= 1/usual && magnitude <= usual {
		return 1
	}
	_, e := math.Frexp(magnitude)
	return math.Ldexp(1, min(-e, 1023))
}

// back takes the scaling back; what would be infinite is the greatest number.
func (s *scale) back(v float64) float64 {
	if s.factor == 0 || s.factor == 1 {
		return v
	}
	return min(max(v/s.factor, -math.MaxFloat64), math.MaxFloat64)
}
