package detector

// driftMethod compares the mean of the last rows with what such means have been.
//
//	y = mean of the last k rows;  m, v: mean and variance of earlier y, with a = max(1/span, 1/n);  z = |y − m| / √v;  surprise = −log10(2 Q(z))
//
// After the control chart of moving averages (Roberts 1959). State: k + 6 floats. Cost: about 150 ns a row.
func driftMethod() Method {
	return Method{
		Name:    "drift",
		Doc:     "The mean of the last rows against what such means have been. Noise of single rows does not count: for levels that go astray, slowly or at once.",
		Formula: "z = |y − m| / √v, y the mean of the last k rows, m and v the exponentially weighted mean and variance of y; surprise −log10(2 Q(z))",
		Paper:   "Roberts 1959, Control Chart Tests Based on Geometric Moving Averages",
		State:   "0.5 KB",
		Example: "SELECT *, anomaly_drift(temperature) OVER (PARTITION BY machine ORDER BY ts) AS a FROM reading",
		Options: common(100, 0,
			Option{Name: "rows", Type: Whole, Default: 20.0, Min: 1, Max: 10_000, Doc: "Of how many of the last rows the mean is taken."},
			Option{Name: "span", Type: Whole, Default: 2000.0, Min: 2, Max: 1e6, Doc: "Over how many rows mean and deviation of the means forget."}),
		Columns: 1,
		New: gated(func(_ int, s Settings) func() part {
			rows, span, width := s.Rows("rows"), s.Number("span"), widthOf(s)
			return func() part { return newDrift(rows, span, width) }
		}),
	}
}

type drift struct {
	last  window
	means moments
	width float64
}

func newDrift(rows int, span, width float64) *drift {
	return &drift{last: newWindow(rows), means: moments{memory: span}, width: width}
}

func (d *drift) next(_ int64, x []float64) verdict {
	d.last.push(x[0])
	y := d.last.mean()
	v := verdict{forecast: noForecast}
	if d.means.rows > 0 {
		z := off(y, d.means.mean, d.means.deviation())
		v.surprise = surprise(z)
		v.why = out(drifting, y, around(d.means.mean, d.means.deviation(), d.width), z)
	}
	d.means.learn(y)
	return v
}

func (d *drift) fields(s *state) {
	d.last.fields(s)
	d.means.fields(s)
}
