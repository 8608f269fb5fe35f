package filter

import (
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/bitutil"
)

func TestReaderReadsEveryBitOnce(t *testing.T) {
	g := rand.New(rand.NewPCG(1, 2))
	bitmap := make([]byte, 64)
	for i := range bitmap {
		bitmap[i] = byte(g.Uint32())
	}
	for _, offset := range []int{0, 1, 7, 8, 13, 64} {
		for _, n := range []int{1, 8, 63, 64, 65, 128, 200} {
			word := reader(bitmap, offset, n)
			for base := 0; base < n; base += 64 {
				for i := range 64 {
					want := base+i < n && bitutil.BitIsSet(bitmap, offset+base+i)
					if got := word(base)>>i&1 == 1; got != want {
						t.Fatalf("offset %d, %d bits: bit %d is %v, want %v", offset, n, base+i, got, want)
					}
				}
			}
		}
	}
}
