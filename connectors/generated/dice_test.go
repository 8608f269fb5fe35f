package generated

import (
	"testing"

	"github.com/weirdb/weir/connectors/generated/generatedtest"
)

// TestThrowsAreFixed keeps streams what they are: results recorded with one release must hold in the next.
func TestThrowsAreFixed(t *testing.T) {
	k := NewDice(1, 3)
	for d, want := range []uint64{0xcf568771ed8eafeb, 0x3e77ac0e9e52ad95, 0xbb28fab7bfa1aa5c} {
		if got := k.Throw(d, 1000); got != want {
			t.Errorf("decision %d: %#x, want %#x", d, got, want)
		}
	}
}

func TestDecisionsAndSeedsAreIndependent(t *testing.T) {
	few, many, other := NewDice(1, 2), NewDice(1, 5), NewDice(2, 5)
	seen := map[uint64]bool{}
	for n := range int64(1000) {
		if few.Throw(1, n) != many.Throw(1, n) {
			t.Fatal("a further decision changes those before it")
		}
		for d := range 5 {
			seen[many.Throw(d, n)], seen[other.Throw(d, n)] = true, true
		}
	}
	if len(seen) != 10_000 {
		t.Errorf("%d of 10000 throws differ", len(seen))
	}
}

func TestThrowsAreEven(t *testing.T) {
	k := NewDice(3, 1)
	var faces [6]float64
	sum, odd := 0.0, 0.0
	const throws = 60_000
	for n := range int64(throws) {
		faces[Below(k.Throw(0, n), 6)]++
		sum += k.Share(0, n)
		odd += float64(k.Throw(0, n) & 1)
	}
	for face, count := range faces {
		generatedtest.Within(t, "face "+string(rune('1'+face)), count/throws, 1.0/6, 0.005)
	}
	generatedtest.Within(t, "average share", sum/throws, 0.5, 0.005)
	generatedtest.Within(t, "lowest bit", odd/throws, 0.5, 0.005)
}
