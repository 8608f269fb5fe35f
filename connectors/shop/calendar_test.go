package shop

import (
	"testing"
	"time"

	"github.com/weirdb/weir/connectors/generated/generatedtest"
)

func at(text string) time.Time {
	t, err := parseStart(text)
	if err != nil {
		panic(err)
	}
	return t
}

func TestCalendarGoesBothWays(t *testing.T) {
	c := config{density: 0.7, start: at("2026-03-02 10:17:23").UnixMicro(), anomalies: true}
	cal := newCalendar(c, newDice(3))
	last := int64(0)
	for n := range int64(100_000) {
		when := cal.timeOf(n)
		if when < last || when < c.start {
			t.Fatalf("number %d happens at %d, the one before at %d", n, when, last)
		}
		if due := cal.due(when + 1); due != n+1 {
			t.Fatalf("after number %d at %d, %d is due", n, when, due)
		}
		last = when
	}
}

// TestCalendarForgetsNothing asks for times in another order, so that hours leave the cache and come back.
func TestCalendarForgetsNothing(t *testing.T) {
	c := config{density: 0.5, start: at(firstDay).UnixMicro(), anomalies: true}
	forth, back := newCalendar(c, newDice(1)), newCalendar(c, newDice(1))
	back.timeOf(100_000)
	for n := int64(100_000); n > 0; n -= 997 {
		if a, b := newCalendar(c, newDice(1)).timeOf(n), back.timeOf(n); a != b {
			t.Fatalf("number %d happens at %d or %d", n, a, b)
		}
	}
	if forth.timeOf(5) != back.timeOf(5) {
		t.Error("the first hour was not kept")
	}
}

func TestStartBefore(t *testing.T) {
	now := at("2026-03-05 18:03:07").UnixMicro()
	for _, number := range []int64{0, 1, 5000, 3_000_000} {
		c := config{density: 20, anomalies: true}
		k := newDice(1)
		c.start = startBefore(number, now, c, k)
		if when := newCalendar(c, k).timeOf(number); when < now-1000 || when > now+1000 {
			t.Errorf("number %d happens %d µs from now", number, when-now)
		}
	}
}

func TestRateIsTheAverageOfAWeek(t *testing.T) {
	c := config{density: 10, start: at(firstDay).UnixMicro()}
	week := newCalendar(c, newDice(1)).passed(at(firstDay).AddDate(0, 0, 7).UnixMicro())
	generatedtest.Within(t, "numbers in a week", week/(7*86400*10), 1, 0.01)
}

func TestSeasons(t *testing.T) {
	cal := newCalendar(config{density: 1, start: at(firstDay).UnixMicro()}, newDice(1))
	hours := func(from string) float64 {
		begin := at(from)
		return cal.passed(begin.Add(time.Hour).UnixMicro()) - cal.passed(begin.UnixMicro())
	}
	if evening, night := hours("2026-03-03 20:00:00"), hours("2026-03-03 03:00:00"); evening < 5*night {
		t.Errorf("%v numbers in the evening, %v at night", evening, night)
	}
	if saturday, tuesday := hours("2026-03-07 12:00:00"), hours("2026-03-03 12:00:00"); saturday < 1.1*tuesday {
		t.Errorf("%v numbers on Saturday, %v on Tuesday", saturday, tuesday)
	}
}

func TestNoiseIsBounded(t *testing.T) {
	sum, k := 0.0, newDice(1)
	for m := range int64(10_000) {
		n := noise(k, m)
		if n < 0.8 || n > 1.2 {
			t.Fatalf("minute %d: %v", m, n)
		}
		sum += n
	}
	generatedtest.Within(t, "noise", sum/10_000, 1, 0.005)
}
