package detector

import "math"

// period looks for a season that no calendar has, in the last rows: the lag at which they are most like themselves.
//
//	r(lag) = correlation of q_i and q_{i+lag},  q = x in quarters of a deviation from the mean, from −127 to 127
//
// Lags before the first with r < 0 do not count: any smooth series is like itself shortly before. State: a byte a row, 512 bytes. Cost: about
// 600 operations a row, all at once every 512 rows.
type period struct {
	quarters [periodRows]int8 // a ring
	rows     int64            // seen
	gaps     moments          // microseconds between rows
	last     int64            // time of the last row
	lag      int              // 0 until one is found
	length   float64          // of the season, in microseconds
}

const (
	periodRows   = 512
	periodEvery  = 512
	shortestLag  = 4
	likeEnough   = 0.3 // what r must be for a season to be tried
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

// look finds the lag with the highest r, and reports whether that is another than before: one that leaves clearly less unexplained, 1 − r.
func (p *period) look() bool {
	var q stretch
	q.fill(p)
	best, highest, before, sunk := 0, likeEnough, 0.0, false
	for lag := shortestLag; lag <= periodRows/2; lag++ {
		r := q.likeness(lag)
		sunk = sunk || r < 0
		if lag == p.lag {
			before = r
		}
		if sunk && r > highest {
			best, highest = lag, r
		}
	}
	if best == 0 || best == p.lag || 1-highest > clearlyLess*(1-before) {
		return false
	}
	p.lag = best
	p.length = p.gaps.mean * q.refined(best)
	return p.span() >= int64(p.buckets())
}

// stretch is the last rows, from the oldest, with the sums of the first i of them and of their squares.
type stretch struct {
	rows          [periodRows]int32
	sums, squares [periodRows + 1]int32
}

func (q *stretch) fill(p *period) {
	for i := range q.rows {
		v := int32(p.quarters[(p.rows+int64(i))%periodRows])
		q.rows[i], q.sums[i+1], q.squares[i+1] = v, q.sums[i]+v, q.squares[i]+v*v
	}
}

// refined is the length of a season in rows, to less than one: the most likely of several of them together, in the half of the rows.
func (q *stretch) refined(lag int) float64 {
	times := periodRows / 2 / lag
	best, highest := lag*times, 0.0
	for l := lag*times - times; l <= min(lag*times+times, periodRows-1); l++ {
		if r := q.likeness(l); r > highest {
			best, highest = l, r
		}
	}
	return float64(best) / float64(times)
}

// likeness is r of rows that are a lag apart: their correlation.
func (q *stretch) likeness(lag int) float64 {
	later, earlier := q.rows[lag:], q.rows[:periodRows-lag]
	both := int32(0)
	for i, v := range earlier {
		both += v * later[i]
	}
	n := float64(len(later))
	sa, a2 := float64(q.sums[periodRows]-q.sums[lag]), float64(q.squares[periodRows]-q.squares[lag])
	sb, b2 := float64(q.sums[periodRows-lag]), float64(q.squares[periodRows-lag])
	spread := (a2 - sa*sa/n) * (b2 - sb*sb/n)
	if spread <= 0 {
		return 0
	}
	return (float64(both) - sa*sb/n) / math.Sqrt(spread)
}

// span is the length of the season that was found, in microseconds.
func (p *period) span() int64 { return int64(math.Round(p.length)) }

// buckets is into how many times it is divided.
func (p *period) buckets() int { return min(p.lag, foundBuckets) }

func (p *period) fields(s *state) {
	s.integer(&p.rows, &p.last)
	p.gaps.fields(s)
	s.index(&p.lag, periodRows)
	s.float(&p.length)
	s.small(p.quarters[:])
}
