package bench

import (
	"testing"
	"time"
)

// Nearest rank: the smallest latency that at least the share does not exceed.
func TestPercentiles(t *testing.T) {
	all := Times{}
	for i := range 1000 {
		all = append(all, time.Duration(1000-i))
	}
	all.Sort()
	for share, want := range map[float64]time.Duration{0.5: 500, 0.99: 990, 0.999: 999, 1: 1000, 0: 1} {
		if got := all.At(share); got != want {
			t.Errorf("at %v: %d, want %d", share, got, want)
		}
	}
	if (Times{}).At(0.5) != 0 || (Times{7}).At(0.999) != 7 {
		t.Error("none or one")
	}
}
