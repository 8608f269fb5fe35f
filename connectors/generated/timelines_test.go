package generated

import (
	"testing"
	"time"

	"github.com/weirdb/weir/connectors/generated/generatedtest"
)

func TestReadersJoinTheStreamsMark(t *testing.T) {
	clock := generatedtest.NewClock()
	lines := NewTimelines(clock)
	join := func(key any, position int64) Mark {
		return lines.join(key, position, func(m Mark) Stream { return ticks{mark: m, of: 1} }).(ticks).mark
	}
	first := join("a", 5)
	if first != (Mark{Wall: clock.Time, Position: 5}) {
		t.Fatalf("the first reader gets %+v", first)
	}
	clock.Time = clock.Time.Add(time.Second) // position 16 is the first that is not due
	for _, position := range []int64{0, 5, 16} {
		if got := join("a", position); got != first {
			t.Errorf("a reader at %d gets %+v, want %+v", position, got, first)
		}
	}
	if other := (Mark{Wall: clock.Time, Position: 0}); join("b", 0) != other {
		t.Error("streams share a mark")
	}
	ahead := Mark{Wall: clock.Time, Position: 17}
	if join("a", 17) != ahead || join("a", 0) != ahead {
		t.Error("a reader ahead does not set the mark anew for all")
	}
}
