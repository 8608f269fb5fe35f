// Package metrics keeps the recent past of Weir's own metrics in memory, for SQL to read: those of /metrics, under the same names. It
// declares none: connectors/server does.
//
//	every 5 s   │▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪│ 2 hours
//	every min   │▪  ▪  ▪  ▪  ▪  ▪  ▪  ▪  ▪  ▪  ▪  ▪  ▪  ▪  ▪  ▪  …│ 48 hours
//
// What is kept is bounded by age and by number: with more than a few hundred series the past is shorter. To keep more, see the constants.
package metrics

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// How much is kept. A sample takes 8 bytes, and its share of what is said once for each tick.
const (
	FineEvery   = 5 * time.Second
	FineFor     = 2 * time.Hour
	CoarseEvery = time.Minute
	CoarseFor   = 48 * time.Hour
	// MaxSamples is how many samples each of the two keeps at most: 16 MB.
	MaxSamples = 1 << 21
	// MaxSeries is how many series are kept at a time. Those beyond are left out.
	MaxSeries = 20_000
)

// Label tells series of one name apart.
type Label struct{ Name, Value string }

// Series is a metric's name, with its labels.
type Series struct {
	Name   string
	Labels []Label
}

// Sample is a value of a series.
type Sample struct {
	Series
	Value float64
}

// Tick is what was sampled at one time: Values[i] is of series IDs[i]. Nobody changes it.
type Tick struct {
	At     time.Time
	IDs    []int32
	Values []float64
}

// History is the past. Its methods may be called by any goroutine.
type History struct {
	mu           sync.Mutex
	ids          map[string]int32 // by seriesKey
	series       map[int32]Series
	next         int32
	fine, coarse tier
}

// tier is the past at one distance between ticks, oldest first.
type tier struct {
	ticks   []Tick
	samples int
}

// NewHistory makes an empty history.
func NewHistory() *History {
	return &History{ids: map[string]int32{}, series: map[int32]Series{}}
}

// Add keeps the samples of one time, which is later than those before. It returns how many were left out, because there are too many series.
func (h *History) Add(at time.Time, samples []Sample) (left int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	tick := Tick{At: at, Values: make([]float64, 0, len(samples))}
	ids := make([]int32, 0, len(samples))
	for _, s := range samples {
		id, ok := h.id(s.Series)
		if !ok {
			left++
			continue
		}
		ids, tick.Values = append(ids, id), append(tick.Values, s.Value)
	}
	tick.IDs = h.fine.shared(ids)
	h.fine.add(tick, FineFor)
	if n := len(h.coarse.ticks); n == 0 || at.Sub(h.coarse.ticks[n-1].At) >= CoarseEvery {
		h.coarse.add(tick, CoarseFor)
		h.forget()
	}
	return left
}

// id is the number of a series, a new one if it was not known; false if there is no room.
func (h *History) id(s Series) (int32, bool) {
	key := seriesKey(s)
	if id, ok := h.ids[key]; ok {
		return id, true
	}
	if len(h.ids) >= MaxSeries {
		return 0, false
	}
	h.next++ // never used again: a reader may still have a tick with it
	h.ids[key], h.series[h.next] = h.next, s
	return h.next, true
}

func seriesKey(s Series) string {
	var b strings.Builder
	b.WriteString(s.Name)
	for _, l := range s.Labels {
		b.WriteString("\x00" + l.Name + "\x00" + l.Value)
	}
	return b.String()
}

// shared is the last tick's list of series if it is the same: most ticks have one.
func (t *tier) shared(ids []int32) []int32 {
	if n := len(t.ticks); n > 0 && slices.Equal(t.ticks[n-1].IDs, ids) {
		return t.ticks[n-1].IDs
	}
	return ids
}

// add keeps a tick, and drops what is too old or too much. The last one stays.
func (t *tier) add(tick Tick, keep time.Duration) {
	t.ticks, t.samples = append(t.ticks, tick), t.samples+len(tick.Values)
	gone := 0
	for gone < len(t.ticks)-1 && (t.samples > MaxSamples || tick.At.Sub(t.ticks[gone].At) > keep) {
		t.samples -= len(t.ticks[gone].Values)
		gone++
	}
	clear(t.ticks[:gone]) // frees their values before append moves the list
	t.ticks = t.ticks[gone:]
}

// forget forgets the series of which no tick has a sample any more.
func (h *History) forget() {
	used := map[int32]bool{}
	for _, t := range [...]*tier{&h.fine, &h.coarse} {
		var last []int32
		for _, tick := range t.ticks {
			if len(tick.IDs) == len(last) && len(last) > 0 && &tick.IDs[0] == &last[0] {
				continue
			}
			last = tick.IDs
			for _, id := range tick.IDs {
				used[id] = true
			}
		}
	}
	for key, id := range h.ids {
		if !used[id] {
			delete(h.ids, key)
			delete(h.series, id)
		}
	}
}

// Ticks are all that is kept, oldest first: one a minute, then those of the last hours.
func (h *History) Ticks() []Tick {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []Tick
	for _, t := range h.coarse.ticks {
		if len(h.fine.ticks) > 0 && t.At.Before(h.fine.ticks[0].At) {
			out = append(out, t)
		}
	}
	return append(out, h.fine.ticks...)
}

// Known are the series of which something is kept, by their numbers.
func (h *History) Known() map[int32]Series {
	h.mu.Lock()
	defer h.mu.Unlock()
	return maps.Clone(h.series)
}
