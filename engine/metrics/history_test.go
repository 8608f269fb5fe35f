package metrics

import (
	"fmt"
	"testing"
	"time"
)

var start = time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)

func named(name, view string, value float64) Sample {
	return Sample{Series{name, []Label{{"view", view}}}, value}
}

// TestHistory: the last two hours are kept in full, and of what was before one tick a minute, for two days.
func TestHistory(t *testing.T) {
	h := NewHistory()
	const long = CoarseFor + 5*time.Hour
	for at := time.Duration(0); at < long; at += FineEvery {
		h.Add(start.Add(at), []Sample{named("rows", "a", float64(at/FineEvery)), named("rows", "b", 1)})
	}
	ticks := h.Ticks()
	last := start.Add(long - FineEvery)
	if first := ticks[0].At; last.Sub(first) > CoarseFor+CoarseEvery || last.Sub(first) < CoarseFor {
		t.Errorf("the first tick is of %s", first)
	}
	fine := 0
	for i, tick := range ticks[1:] {
		step := tick.At.Sub(ticks[i].At)
		if step == FineEvery {
			fine++
		}
		if step > CoarseEvery || step < FineEvery {
			t.Fatalf("%s between two ticks", step)
		}
		if want := float64(tick.At.Sub(start) / FineEvery); tick.Values[0] != want {
			t.Fatalf("%v at %s", tick.Values, tick.At)
		}
	}
	if want := int(FineFor / FineEvery); fine != want {
		t.Errorf("%d fine steps instead of %d", fine, want)
	}
	if known := h.Known(); len(known) != 2 || known[ticks[0].IDs[1]].Labels[0].Value != "b" {
		t.Errorf("series %v", known)
	}
}

// TestBounds: more series shorten the past, series beyond the bound are left out, and those that are gone are forgotten.
func TestBounds(t *testing.T) {
	h := NewHistory()
	const many = 4000
	samples := make([]Sample, many)
	for i := range samples {
		samples[i] = named("rows", fmt.Sprint(i), 1)
	}
	const ticks = MaxSamples/many + 50
	for tick := range ticks {
		h.Add(start.Add(time.Duration(tick)*FineEvery), samples)
	}
	if got := h.fine.samples; got > MaxSamples || got < MaxSamples-many {
		t.Errorf("%d samples are kept", got)
	}
	var more []Sample
	for i := range MaxSeries {
		more = append(more, named("other", fmt.Sprint(i), 1))
	}
	at := start.Add(ticks * FineEvery)
	if left := h.Add(at, more); left != many {
		t.Errorf("%d series were left out", left)
	}
	for after := time.Duration(0); after <= CoarseFor+time.Hour; after += time.Hour {
		h.Add(at.Add(CoarseEvery+after), []Sample{named("rows", "0", 1)})
	}
	if n := len(h.Known()); n != 1 {
		t.Errorf("%d series are known of one that is kept", n)
	}
}
