package detector

// ewmaMethod is the exponentially weighted moving average, with its deviation.
//
//	m, v: mean and variance with a = max(1/span, 1/n);  z = |x − m| / √v;  surprise = −log10(2 Q(z))
//	d = x − m;  m += a d;  v = (1 − a)(v + a d²)
//
// Roberts 1959, Control Chart Tests Based on Geometric Moving Averages. State: 3 floats. Cost: about 30 ns a row.
func ewmaMethod() Method {
	return Method{
		Name:    "ewma",
		Doc:     "Deviations from an exponentially weighted mean. The cheapest: for series without seasons whose level moves slowly.",
		Formula: "z = |x − m| / √v with exponentially weighted mean m and variance v; surprise −log10(2 Q(z))",
		Paper:   "Roberts 1959, Control Chart Tests Based on Geometric Moving Averages",
		State:   "24 bytes",
		Example: "SELECT *, anomaly_ewma(value, span := 200) OVER (PARTITION BY sensor ORDER BY ts) AS a FROM reading",
		Options: common(50, 0, Option{
			Name: "span", Type: Whole, Default: 500.0, Min: 2, Max: 1e6, Doc: "Over how many rows mean and deviation forget.",
		}),
		Columns: 1,
		New:     gated(func(_ int, s Settings) part { return newEWMA(s.Number("span")) }),
	}
}

type ewma struct{ past moments }

func newEWMA(span float64) *ewma { return &ewma{moments{memory: span}} }

func (e *ewma) next(_ int64, x []float64) verdict {
	expected, deviation := e.past.mean, e.past.deviation()
	z := off(x[0], expected, deviation)
	if e.past.rows == 0 {
		z = 0
	}
	e.past.learn(x[0])
	return verdict{
		surprise: surprise(z), expected: expected, spread: deviation,
		why: Reason{cause: outside, value: x[0], lower: expected, upper: deviation, figure: z},
	}
}

func (e *ewma) fields(s *state) { e.past.fields(s) }
