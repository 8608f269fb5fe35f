package detector

import "math"

// period looks for a season that no calendar has, in the last rows: the lag at which they are most like themselves.
//
//	r(lag) = Σ q_i q_{i+lag} / Σ q_i²,  q = x in quarters of a deviation from the mean, from −127 to 127
//
// Lags before the first with r < 0 do not count: any smooth series is like itself shortly before. State: a byte a row, 512 bytes. Cost: about
// 400 multiplications a row, all at once every 256 rows.
type period struct {
	quarters [periodRows]int8 // a ring
	rows     int64            // seen
	gaps     moments          // microseconds between rows
	last     int64            // time of the last row
	lag      int              // 0 until one is found
}

const (
	periodRows   = 512
	periodEvery  = 256
	shortestLag  = 4
	likeEnough   = 0.3 // what r must be for a season to be tried
	clearlyMore  = 1.2 // how many times more another lag's r must be
	foundBuckets = 128
	quarterScale = 4
)

func newPeriod() *period { return &period{gaps: moments{memory: periodRows}} }

// learn takes in a row, z deviations from the mean, and reports whether it has found another season.
func (p *period) learn(at int64, z float64) bool {
	if p.rows > 0 {
		p.gaps.learn(float64(at - p.last))
	}
	p.last = at
	p.quarters[p.rows%periodRows] = int8(min(max(math.Round(z*quarterScale), -127), 127))
	p.rows++
	return p.rows >= periodRows && p.rows%periodEvery == 0 && p.look()
}

// look finds the lag with the highest r, and reports whether that is another than before.
func (p *period) look() bool {
	var q [periodRows]int32
	for i := range q {
		q[i] = int32(p.quarters[(p.rows+int64(i))%periodRows])
	}
	own := float64(product(q[:], 0)) / periodRows
	if own == 0 {
		return false
	}
	best, highest, before, sunk := 0, likeEnough*own, 0.0, false
	for lag := shortestLag; lag <= periodRows/2; lag++ {
		r := float64(product(q[:], lag)) / float64(periodRows-lag)
		sunk = sunk || r < 0
		if lag == p.lag {
			before = r
		}
		if sunk && r > highest {
			best, highest = lag, r
		}
	}
	if best == 0 || highest < clearlyMore*before {
		return false
	}
	p.lag = best
	return p.span() >= int64(p.buckets())
}

// product is the sum of the products of rows that are a lag apart.
func product(q []int32, lag int) (sum int32) {
	a, b := q[lag:], q[:len(q)-lag]
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

// span is the length of the season that was found, in microseconds.
func (p *period) span() int64 { return int64(math.Round(p.gaps.mean * float64(p.lag))) }

// buckets is into how many times it is divided.
func (p *period) buckets() int { return min(p.lag, foundBuckets) }

func (p *period) fields(s *state) {
	s.integer(&p.rows, &p.last)
	p.gaps.fields(s)
	s.index(&p.lag, periodRows)
	s.small(p.quarters[:])
}
