package simulation

import (
	"flag"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"testing"
)

var (
	seeds = flag.Uint64("seeds", 300, "how many seeds to simulate, from -seed on")
	first = flag.Uint64("seed", 1, "the first seed")
)

// TestMain collects garbage seldom: what a run needs is little, and runs are many.
func TestMain(m *testing.M) {
	debug.SetGCPercent(800)
	os.Exit(m.Run())
}

// TestSimulation runs seeds, and fails with the trace of each that has findings.
func TestSimulation(t *testing.T) {
	var sum Counts
	var mu sync.Mutex
	each(t, *seeds, func(t *testing.T, seed uint64) {
		r := Run(t, seed)
		if len(r.Findings) > 0 {
			t.Error(r)
		}
		mu.Lock()
		defer mu.Unlock()
		sum = sum.plus(r.Counts)
	})
	t.Logf("%d seeds: %+v", *seeds, sum)
	if missing := sum.missing(); *seeds >= 300 && len(missing) > 0 {
		t.Errorf("there was no %v in any run: what is simulated proves nothing about it", missing)
	}
}

// each calls f for so many seeds from -seed on, on all cores.
func each(t *testing.T, seeds uint64, f func(t *testing.T, seed uint64)) {
	var next atomic.Uint64
	t.Run("seeds", func(t *testing.T) {
		for range runtime.GOMAXPROCS(0) {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				for n := next.Add(1) - 1; n < seeds; n = next.Add(1) - 1 {
					f(t, *first+n)
				}
			})
		}
	})
}

// TestSameSeedSameRun: what a failing seed has shown can be seen again.
func TestSameSeedSameRun(t *testing.T) {
	each(t, min(*seeds/5, 1000), func(t *testing.T, seed uint64) {
		one, two := Run(t, seed), Run(t, seed)
		if one.Digest == two.Digest {
			return
		}
		for i := range min(len(one.Trace), len(two.Trace)) {
			if one.Trace[i] != two.Trace[i] {
				t.Errorf("seed %d, move %d: %q and then %q", seed, i, one.Trace[i], two.Trace[i])
				return
			}
		}
		t.Errorf("seed %d: %d moves and then %d", seed, len(one.Trace), len(two.Trace))
	})
}

// TestSeedsDiffer: a digest that is always the same would prove nothing.
func TestSeedsDiffer(t *testing.T) {
	if Run(t, 1).Digest == Run(t, 2).Digest {
		t.Error("seeds 1 and 2 have the same trace")
	}
}
