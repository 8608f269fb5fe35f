package generated

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirdb/weir/connectors/generated/generatedtest"
	"github.com/weirdb/weir/engine"
)

func TestResumeFromAnyPosition(t *testing.T) {
	all := positions(generatedtest.Drain(t, open(t, flat(100), engine.ReadOptions{})))
	if len(all["0"])+len(all["1"]) != 100-15 {
		t.Fatalf("%d and %d records", len(all["0"]), len(all["1"]))
	}
	for from := range int64(110) {
		want := slices.DeleteFunc(slices.Clone(all["1"]), func(at int64) bool { return at < from })
		got := positions(generatedtest.Drain(t, open(t, flat(100), engine.ReadOptions{From: map[string]int64{"1": from}})))
		if !slices.Equal(got["1"], want) || !slices.Equal(got["0"], all["0"]) {
			t.Fatalf("resumed at %d: %v", from, got)
		}
	}
}

// TestFirstPositionIsDueNow resumes after a restart: the partition that is behind sets what is due.
func TestFirstPositionIsDueNow(t *testing.T) {
	clock := generatedtest.NewClock()
	started := clock.Time
	r := open(t, setup(clock), engine.ReadOptions{From: map[string]int64{"0": 40, "1": 31}})
	if got := positions(generatedtest.Poll(t, r)); !reflect.DeepEqual(got, map[string][]int64{"1": {31}}) || clock.Time != started {
		t.Errorf("%v after %v", got, clock.Time.Sub(started))
	}
}

func TestResumeWithOtherPartitionsIsRefused(t *testing.T) {
	for name, at := range map[string]int64{"2": 5, "x": 5, "0": -1, "-1": 0} {
		_, err := Open(flat(100), engine.ReadOptions{From: map[string]int64{name: at}})
		if err == nil || !strings.Contains(err.Error(), "partition "+name) {
			t.Errorf("partition %s at %d: %v", name, at, err)
		}
	}
}

func TestBoundedReadEndsWithWhatIsDue(t *testing.T) {
	clock := generatedtest.NewClock()
	s := setup(clock)
	open(t, s, engine.ReadOptions{})
	clock.Time = clock.Time.Add(2 * time.Second)
	r := open(t, s, engine.ReadOptions{Bounded: true})
	clock.Time = clock.Time.Add(time.Minute) // what falls due later is not read
	want := map[string][]int64{"0": {2, 4, 6, 8, 10, 12, 16, 18, 20}, "1": {1, 3, 5, 9, 11, 13, 15, 17, 19}}
	if got := positions(generatedtest.Drain(t, r)); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	passed := open(t, s, engine.ReadOptions{Bounded: true, From: map[string]int64{"0": 650, "1": 623}})
	if got := positions(generatedtest.Drain(t, passed)); len(got) > 0 {
		t.Errorf("behind the end: %v", got)
	}
}

func TestBoundedReadOfWhatHasAnEnd(t *testing.T) {
	if got := generatedtest.Drain(t, open(t, flat(10), engine.ReadOptions{Bounded: true})); len(got) != 2 {
		t.Errorf("%d fetches", len(got))
	}
}

func TestBoundedReadNeedsAnEnd(t *testing.T) {
	_, err := Open(flat(Endless), engine.ReadOptions{Bounded: true})
	if err == nil || !strings.Contains(err.Error(), "option events, or a tempo") {
		t.Errorf("neither pace nor end: %v", err)
	}
}
