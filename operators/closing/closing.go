// Package closing finds the event time at which a window closes, for operators that tell what they hold. A window's key says when it
// closes only through the function that computes keys from event time, which never falls: package closing searches in it.
//
//	key of event time   ──10:00──┬──10:10──┬──10:20──►
//	                          ▲ the first time whose key is behind 10:00: there, window 10:00 closes
package closing

import (
	"math"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// Finder finds where windows close, and remembers the last answers: an operator is asked about the same windows again and again.
type Finder struct {
	keyAt func(engine.Time) (int64, error)
	scale int64 // of the key, in microseconds; 0 where it is no time
	known map[int64]engine.Time
}

// remembered is how many answers a Finder keeps.
const remembered = 64

// New makes a finder for keys of a type. keyAt computes the key of an event time; it may be nil, where there are no windows.
func New(keyAt func(engine.Time) (int64, error), key types.Type) *Finder {
	return &Finder{keyAt: keyAt, scale: scaleOf(key), known: map[int64]engine.Time{}}
}

// scaleOf is how many microseconds a key counts in.
func scaleOf(t types.Type) int64 {
	switch t.ID {
	case types.Timestamp, types.TimestampTZ:
		return 1
	case types.Date:
		return 24 * 60 * 60 * 1_000_000
	}
	return 0
}

// Window is the open window of a key. Where the key is a time before the window's end, it is taken for its start; Closes is MaxTime if no
// watermark but the last closes it.
func (f *Finder) Window(key, count int64) engine.OpenWindow {
	closes := f.closes(key)
	w := engine.OpenWindow{Start: engine.MinTime, End: closes, Closes: closes, Count: count}
	if start := f.time(key); f.scale > 0 && start < closes {
		w.Start = start
	}
	return w
}

// time is a key as an event time, as far as that can be told.
func (f *Finder) time(key int64) engine.Time {
	if f.scale > 1 && (key > math.MaxInt64/f.scale || key < math.MinInt64/f.scale) {
		return engine.MinTime
	}
	return engine.Time(key * f.scale)
}

func (f *Finder) closes(key int64) engine.Time {
	if t, ok := f.known[key]; ok {
		return t
	}
	if len(f.known) >= remembered {
		clear(f.known)
	}
	t := f.search(key)
	f.known[key] = t
	return t
}

// farthest is how far from a key its window's end is looked for: some thousand years.
const farthest = int64(1) << 57

// search finds the first event time whose key is behind the given one, by doubling steps and then by halves.
func (f *Finder) search(key int64) engine.Time {
	behind := func(t int64) bool {
		k, err := f.keyAt(engine.Time(t))
		return err != nil || k > key // a time without a key is too far
	}
	from := int64(f.time(key))
	if from < -farthest || from > farthest {
		return engine.MaxTime
	}
	low, high := from, from
	for step := int64(1_000_000); behind(low); step *= 2 {
		if step > farthest {
			return engine.MaxTime
		}
		high, low = low, from-step
	}
	for step := int64(1_000_000); !behind(high); step *= 2 {
		if step > farthest {
			return engine.MaxTime
		}
		low, high = high, from+step
	}
	for high-low > 1 {
		if middle := low + (high-low)/2; behind(middle) {
			high = middle
		} else {
			low = middle
		}
	}
	return engine.Time(high)
}
