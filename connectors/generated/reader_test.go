package generated

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/weirdb/weir/connectors/generated/generatedtest"
	"github.com/weirdb/weir/engine"
)

func TestPollWaitsForWhatIsDue(t *testing.T) {
	clock := generatedtest.NewClock()
	started := clock.Time
	r := open(t, setup(clock), engine.ReadOptions{})
	if got := positions(generatedtest.Poll(t, r)); !reflect.DeepEqual(got, map[string][]int64{"1": {1}}) {
		t.Fatalf("first: %v", got) // position 0 was due, but has no record
	}
	for at := int64(2); at < 7; at++ {
		f := generatedtest.Poll(t, r)
		waited := clock.Time.Sub(started)
		if len(f) != 1 || f[0].Records[0].Offset != at || f[0].Waiting != 0 || waited != time.Duration(at)*100*time.Millisecond {
			t.Fatalf("position %d: %+v after %v", at, f, waited)
		}
	}
	if f := generatedtest.Poll(t, r); f[0].Records[0].Offset != 8 || clock.Time.Sub(started) != 800*time.Millisecond {
		t.Fatalf("%+v after %v", f, clock.Time.Sub(started))
	}
}

func TestPollSleepsForANapAtLeast(t *testing.T) {
	clock := generatedtest.NewClock()
	r := open(t, setup(clock), engine.ReadOptions{})
	generatedtest.Poll(t, r)
	clock.Time = clock.Time.Add(100*time.Millisecond - time.Microsecond)
	before := clock.Time
	if generatedtest.Poll(t, r); clock.Time.Sub(before) != Nap {
		t.Errorf("waited for %v", clock.Time.Sub(before))
	}
}

func TestFetchesTellWhatWaits(t *testing.T) {
	clock := generatedtest.NewClock()
	r := open(t, setup(clock), engine.ReadOptions{})
	clock.Time = clock.Time.Add(9900 * time.Millisecond) // 100 positions are due, 50 in each partition
	for _, want := range [][2]int64{{26, 27}, {3, 3}, {0, 0}} {
		f := generatedtest.Poll(t, r)
		if len(f) != 2 || f[0].Waiting != want[0] || f[1].Waiting != want[1] {
			t.Fatalf("%d and %d wait, want %v", f[0].Waiting, f[1].Waiting, want)
		}
	}
	if f := generatedtest.Poll(t, open(t, flat(Endless), engine.ReadOptions{})); f[0].Waiting != -1 {
		t.Errorf("%d wait in an endless stream", f[0].Waiting)
	}
}

func TestEveryPartitionTellsItsEnd(t *testing.T) {
	for _, end := range []int64{0, 1, 2, 14, 15, 100} {
		generatedtest.Drain(t, open(t, flat(end), engine.ReadOptions{}))
	}
	fetches := generatedtest.Poll(t, open(t, flat(1), engine.ReadOptions{}))
	if len(fetches) != 2 || !fetches[0].End || !fetches[1].End {
		t.Errorf("partitions without events: %+v", fetches)
	}
}

func TestPollStopsWithItsContext(t *testing.T) {
	s := setup(WallClock{})
	s.Anchor = func(m Mark) Stream { return ticks{mark: Mark{Wall: m.Wall.Add(time.Hour)}, of: 2} }
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(10*time.Millisecond, cancel) // only this can end the wait: the first position is due in an hour
	r := open(t, s, engine.ReadOptions{From: map[string]int64{"0": 2, "1": 1}})
	if _, err := r.Poll(ctx); err != context.Canceled {
		t.Errorf("poll: %v", err)
	}
	if _, err := r.Poll(ctx); err != context.Canceled {
		t.Errorf("poll again: %v", err)
	}
}

func TestPartitionsAreFixed(t *testing.T) {
	r := open(t, flat(10), engine.ReadOptions{})
	generatedtest.Drain(t, r)
	if names := r.Partitions(); !reflect.DeepEqual(names, []string{"0", "1"}) {
		t.Errorf("partitions %v", names)
	}
}
