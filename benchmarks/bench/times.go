package bench

import (
	"math"
	"slices"
	"time"
)

// Times are latencies. At wants them sorted, as Sort does.
type Times []time.Duration

// Sort puts the shortest first.
func (t Times) Sort() { slices.Sort(t) }

// At is the latency that a share of all do not exceed, by nearest rank; 0 if there are none.
func (t Times) At(share float64) time.Duration {
	if len(t) == 0 {
		return 0
	}
	rank := int(math.Ceil(share * float64(len(t))))
	return t[min(max(rank, 1), len(t))-1]
}

// Millis is a time in milliseconds, as reports have it.
func Millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1e3 }
