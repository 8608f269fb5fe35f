package closing

import (
	"errors"
	"math"
	"testing"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

const day = 24 * 60 * 60 * 1_000_000

// TestWindow: the window closes at the first time whose key is another one, and starts at its key where that is a time before it.
func TestWindow(t *testing.T) {
	floor := func(step int64) func(engine.Time) (int64, error) {
		return func(t engine.Time) (int64, error) { return int64(math.Floor(float64(t)/float64(step))) * step, nil }
	}
	for _, c := range []struct {
		name          string
		keyAt         func(engine.Time) (int64, error)
		of            types.ID
		key           int64
		start, closes engine.Time
	}{
		{"a tumbling window", floor(10_000_000), types.Timestamp, 20_000_000, 20_000_000, 30_000_000},
		{"one before 1970", floor(10_000_000), types.Timestamp, -20_000_000, -20_000_000, -10_000_000},
		{"event time itself", floor(1), types.Timestamp, 7, 7, 8},
		{"a hop", func(t engine.Time) (int64, error) { n, _ := floor(5)(t - 20); return n + 5, nil }, types.Timestamp, 100, 100, 120},
		{"a window by its end", func(t engine.Time) (int64, error) { n, _ := floor(10)(t); return n + 10, nil }, types.Timestamp, 100, engine.MinTime, 100},
		{"days", func(t engine.Time) (int64, error) { n, _ := floor(day)(t); return n / day, nil }, types.Date, 3, 3 * day, 4 * day},
		{"a number", func(t engine.Time) (int64, error) { n, _ := floor(day)(t); return n / day, nil }, types.BigInt, 20_000, engine.MinTime, 20_001 * day},
		{"what never closes", func(engine.Time) (int64, error) { return 0, nil }, types.BigInt, 5, engine.MinTime, engine.MaxTime},
		{"what has no key", func(engine.Time) (int64, error) { return 0, errors.New("out of range") }, types.BigInt, 5, engine.MinTime, engine.MaxTime},
		{"infinity", floor(10), types.Timestamp, math.MaxInt64, engine.MinTime, engine.MaxTime},
	} {
		f := New(c.keyAt, types.Of(c.of))
		for range 2 { // the second answer is remembered
			if w := f.Window(c.key, 3); w.Start != c.start || w.Closes != c.closes || w.Count != 3 {
				t.Errorf("%s: %+v, want %d to %d", c.name, w, c.start, c.closes)
			}
		}
	}
}
