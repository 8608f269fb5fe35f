package generatedtest

import (
	"math"
	"testing"
)

// Within fails the test if what was counted or measured is off by more than allowed.
func Within(t testing.TB, what string, got, want, off float64) {
	t.Helper()
	if !(math.Abs(got-want) <= off) {
		t.Errorf("%s: %v, want %v ± %v", what, got, want, off)
	}
}
