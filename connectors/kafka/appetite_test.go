package kafka

import (
	"testing"
	"time"
)

func TestAppetiteGrowsWithTheTripToTheBroker(t *testing.T) {
	for _, c := range []struct {
		trip         time.Duration
		partitions   int
		answer, part int32
	}{
		{0, 1, 512 << 10, 512 << 10},
		{200 * time.Microsecond, 2, 512 << 10, 256 << 10},
		{200 * time.Microsecond, 64, 512 << 10, 128 << 10},
		{4 * time.Millisecond, 4, 4294967, 1 << 20},
		{4 * time.Millisecond, 16, 4294967, 268435},
		{9 * time.Second, 2, 8 << 20, 1 << 20},
		{10 * time.Second, 2, 8 << 20, 1 << 20},
		{time.Minute, 2, 8 << 20, 1 << 20},
	} {
		if answer, part := appetite(c.trip, c.partitions); answer != c.answer || part != c.part {
			t.Errorf("appetite(%v, %d) = %d, %d, want %d, %d", c.trip, c.partitions, answer, part, c.answer, c.part)
		}
	}
}
