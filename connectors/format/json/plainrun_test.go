package json

import (
	"math/rand/v2"
	"testing"
)

// Every way to find the end of a plain run finds the one that a look at each byte finds, from each byte of texts of any
// length, and none looks beyond the end: what stands there is a stop.
func TestPlainRun(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 4000 {
		space := make([]byte, 1+r.IntN(200))
		for i := range space {
			space[i] = "abc ~!#[]\x7f"[r.IntN(10)]
		}
		for range r.IntN(4) {
			space[r.IntN(len(space))] = byte(r.IntN(256))
		}
		b := space[:r.IntN(len(space))]
		for i := range len(b) + 1 {
			checkPlainRun(t, b, i)
		}
	}
}

func checkPlainRun(t *testing.T, b []byte, i int) {
	t.Helper()
	want, high := plainBytes(b, i)
	for name, run := range map[string]func([]byte, int) (int, bool){"plainRun": plainRun, "plainRunWords": plainRunWords} {
		got, gotHigh := run(b, i)
		if got != want || high && !gotHigh {
			t.Fatalf("%s(%q, %d) = %d, %v; want %d, %v", name, b, i, got, gotHigh, want, high)
		}
	}
}

// Every byte, at every place of the vector.
func TestPlainRunBytes(t *testing.T) {
	for c := range 256 {
		for at := range 70 {
			b := []byte("0123456789012345678901234567890123456789012345678901234567890123456789")
			b[at] = byte(c)
			checkPlainRun(t, b, 0)
		}
	}
}
