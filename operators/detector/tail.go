package detector

import "math"

// mostDeviations is what deviations are counted up to, so that figures stay finite whatever comes.
const mostDeviations = 1e6

// surprise is −log10 of the probability that a normal variable is z deviations off, in either direction: 0 at 0, 5 at 4.42.
//
//	−log10(2 Q(z)) = −log10(erfc(z/√2)), by its asymptotic series where erfc would be 0
func surprise(z float64) float64 {
	switch {
	case !(z > 0):
		return 0
	case z < 25:
		return max(0, -math.Log10(math.Erfc(z/math.Sqrt2)))
	}
	z = min(z, mostDeviations)
	return (z*z/2+math.Log(z)+math.Log(math.Pi/2)/2)/math.Ln10 - math.Log10(1-1/(z*z))
}

// deviations is the inverse of surprise.
func deviations(s float64) float64 {
	low, high := 0.0, mostDeviations
	for range 100 {
		if middle := (low + high) / 2; surprise(middle) < s {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

// evenScore is the surprise whose score is a half: one row in 100,000.
const evenScore = 5

// scoreOf maps a surprise to 0 … 1, and surpriseOf takes it back.
func scoreOf(s float64) float64 { return s / (s + evenScore) }

func surpriseOf(score float64) float64 { return evenScore * score / (1 - score) }

// noise is the greatest relative error that values may have from having been computed: changes below it are none.
const noise = 1.0 / (1 << 45)

// floored is a deviation that is never less than the noise of a value, nor 0: so a first change after a flat line is far off, and
// float noise is not.
func floored(deviation, value float64) float64 {
	return max(deviation, noise*math.Abs(value), math.SmallestNonzeroFloat64*(1<<60))
}

// off is how many deviations x is from expected, at most mostDeviations.
func off(x, expected, deviation float64) float64 {
	return min(math.Abs(x-expected)/floored(deviation, expected), mostDeviations)
}
