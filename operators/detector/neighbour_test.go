package detector

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The nearest stretch is found wherever the ring's oldest block lies.
func TestNearest(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, length := range []int{2, 3, 4, 10} {
		n := newNeighbour(1, length, 20)
		recent := make([]float64, length)
		for row := range 70 {
			n.hold(r.NormFloat64())
			held := len(n.blocks.list)
			if held < 2*length {
				continue
			}
			for i := range recent {
				recent[i] = r.NormFloat64()
			}
			want := math.Inf(1)
			for from := range held - 2*length + 1 {
				want = min(want, n.square(from, recent))
			}
			if got := n.nearest(recent); got != math.Sqrt(want/float64(length)) {
				t.Fatalf("%d blocks, row %d: %v, want %v", length, row, got, math.Sqrt(want/float64(length)))
			}
		}
	}
}
