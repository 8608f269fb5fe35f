package why

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/weirdb/weir/engine"
)

// Moment is an event time as JSON tells it: "2026-03-01T10:00:00.5" in UTC, null before the first event, "infinity" at the end of the input.
type Moment engine.Time

const layout = "2006-01-02T15:04:05.999999"

// Known reports whether it is a moment, neither before the first event nor after the last.
func (m Moment) Known() bool { return m != Moment(engine.MinTime) && m != Moment(engine.MaxTime) }

// Time is the moment as a wall clock's, in UTC.
func (m Moment) Time() time.Time { return time.UnixMicro(int64(m)).UTC() }

// MarshalJSON implements json.Marshaler.
func (m Moment) MarshalJSON() ([]byte, error) {
	switch m {
	case Moment(engine.MinTime):
		return []byte("null"), nil
	case Moment(engine.MaxTime):
		return []byte(`"infinity"`), nil
	}
	return []byte(`"` + m.Time().Format(layout) + `"`), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (m *Moment) UnmarshalJSON(data []byte) error {
	var text *string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	switch {
	case text == nil:
		*m = Moment(engine.MinTime)
		return nil
	case *text == "infinity":
		*m = Moment(engine.MaxTime)
		return nil
	}
	t, err := time.Parse(layout, *text)
	*m = Moment(t.UnixMicro())
	return err
}

// plus adds a span. The ends of time stay where they are.
func (m Moment) plus(d Seconds) Moment {
	if !m.Known() {
		return m
	}
	return m + Moment(time.Duration(d).Microseconds())
}

// Seconds is a span of time, in JSON a number of seconds.
type Seconds time.Duration

// MarshalJSON implements json.Marshaler.
func (s Seconds) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, time.Duration(s).Round(time.Millisecond).Seconds(), 'f', -1, 64), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *Seconds) UnmarshalJSON(data []byte) error {
	var n float64
	err := json.Unmarshal(data, &n)
	*s = Seconds(n * float64(time.Second))
	return err
}

// String prints it as a person would say it.
func (s Seconds) String() string {
	d := time.Duration(s)
	switch {
	case d < time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	}
	return fmt.Sprintf("%d days", d/(24*time.Hour))
}

// Clock prints event times, each with its date only where that is another than the last one printed.
type Clock struct{ day string }

// ClockAt makes a clock for a reader who knows what day it is.
func ClockAt(now time.Time) *Clock { return &Clock{day: now.UTC().Format(time.DateOnly)} }

// Print prints a moment.
func (c *Clock) Print(m Moment) string {
	switch m {
	case Moment(engine.MinTime):
		return "none"
	case Moment(engine.MaxTime):
		return "the end of the input"
	}
	day, text := m.Time().Format(time.DateOnly), m.Time().Format("15:04:05.999999")
	if day == c.day {
		return text
	}
	c.day = day
	return day + " " + text
}

// Count prints a number in groups of three digits, with what it counts; of one, without its plural's s.
func Count(n int64, unit string) string {
	text := strconv.FormatInt(n, 10)
	for at := len(text) - 3; at > 0 && text[at-1] != '-'; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	if n == 1 {
		unit = strings.TrimSuffix(unit, "s")
	}
	return strings.TrimSuffix(text+" "+unit, " ")
}

// list joins words: "0", "0 and 2", "0, 1, 2 and 7 more".
func list(words []string) string {
	const most = 4
	if n := len(words); n > most+1 {
		return strings.Join(words[:most], ", ") + fmt.Sprintf(" and %d more", n-most)
	}
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}

// partitions names some: "partition 2", "partitions 0 and 2".
func partitions(names []string) string {
	if len(names) == 1 {
		return "partition " + names[0]
	}
	return "partitions " + list(names)
}
