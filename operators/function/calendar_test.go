package function

import (
	"testing"
	"time"
)

// TestCalendar compares every day of 8000 years, back and forth, with Go's calendar.
func TestCalendar(t *testing.T) {
	for d := int64(-1_460_000); d < 1_460_000; d++ {
		year, month, dayOfMonth := civil(d)
		want := time.Unix(d*86400, 0).UTC()
		if year != int64(want.Year()) || month != int64(want.Month()) || dayOfMonth != int64(want.Day()) {
			t.Fatalf("day %d is %d-%d-%d, want %s", d, year, month, dayOfMonth, want.Format(time.DateOnly))
		}
		if back := daysOf(year, month, dayOfMonth); back != d {
			t.Fatalf("%s is day %d, want %d", want.Format(time.DateOnly), back, d)
		}
	}
}
