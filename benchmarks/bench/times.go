package latency

import (
	"math"
	"slices"
	"time"
)

// times are latencies, sorted by sort.
type times []time.Duration

func (t times) sort() { slices.Sort(t) }

// at is the latency that a share of all do not exceed, by nearest rank; 0 if there are none.
func (t times) at(share float64) time.Duration {
	if len(t) == 0 {
		return 0
	}
	rank := int(math.Ceil(share * float64(len(t))))
	return t[min(max(rank, 1), len(t))-1]
}
