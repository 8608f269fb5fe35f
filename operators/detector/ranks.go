package detector

import (
	"fmt"
	"math"
)

// ranks counts the sums that a key has had, in steps, to say how rare one is. State: 4 bytes a step. Cost: about 20 ns a row.
type ranks struct {
	counts [rankSteps]int32
	rows   int64 // the sum of counts
}

const (
	rankSteps  = 100
	rankStep   = 0.1
	rankWarmup = 50 // rows that have no rank
)

// rank is −log10 of the share of the earlier sums that are as high, this one with them. Then it counts this one.
func (r *ranks) rank(sum float64) float64 {
	step := min(int(sum/rankStep), rankSteps-1)
	rank := 0.0
	if r.rows >= rankWarmup {
		as := 1 + r.rows // less those that are lower: sums are low, for the most part
		for _, n := range r.counts[:step] {
			as -= int64(n)
		}
		rank = math.Log10(float64(r.rows+1) / float64(as))
	}
	if r.counts[step] < math.MaxInt32 {
		r.counts[step]++
		r.rows++
	}
	return rank
}

func (r *ranks) fields(s *state) {
	s.integer(&r.rows)
	sum := int64(0)
	for i := range r.counts {
		s.link(&r.counts[i])
		sum += int64(r.counts[i])
	}
	if s.mode == loading && sum != r.rows {
		s.fail(fmt.Errorf("%d sums in %d rows", sum, r.rows))
	}
}
