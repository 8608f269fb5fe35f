package macro

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// width is how long a time bucket is: months, or a length in microseconds.
type width struct {
	months int
	length time.Duration
}

// units are the ends of Grafana's intervals, and DuckDB's words, which may have an s behind them.
var units = map[string]width{
	"us": {length: time.Microsecond}, "microsecond": {length: time.Microsecond},
	"ms": {length: time.Millisecond}, "millisecond": {length: time.Millisecond},
	"s": {length: time.Second}, "sec": {length: time.Second}, "second": {length: time.Second},
	"m": {length: time.Minute}, "min": {length: time.Minute}, "minute": {length: time.Minute},
	"h": {length: time.Hour}, "hour": {length: time.Hour},
	"d": {length: 24 * time.Hour}, "day": {length: 24 * time.Hour},
	"w": {length: 7 * 24 * time.Hour}, "week": {length: 7 * 24 * time.Hour},
	"M": {months: 1}, "mon": {months: 1}, "month": {months: 1},
	"quarter": {months: 3},
	"y":       {months: 12}, "year": {months: 12},
}

const intervalHelp = "must be one such as '5m', '30s', '1 hour', INTERVAL '5 minutes' or $__interval"

// parseWidth reads an interval argument: 5m, '5m', '5 minutes', INTERVAL '5 minutes', INTERVAL 5 MINUTE.
func parseWidth(arg string) (width, error) {
	body := arg
	if len(body) > 8 && strings.EqualFold(body[:8], "interval") {
		body = strings.TrimSpace(body[8:])
	}
	body = strings.TrimSpace(strings.NewReplacer("'", " ", "(", " ", ")", " ").Replace(body))
	digits := span(body, func(b byte) bool { return b >= '0' && b <= '9' })
	n, err := strconv.Atoi(body[:digits])
	unit, known := unitOf(strings.TrimSpace(body[digits:]))
	if err != nil || n < 1 || !known || n > 1_000_000_000 {
		return width{}, mistakef("the interval %s %s", arg, intervalHelp)
	}
	w := width{unit.months * n, unit.length * time.Duration(n)}
	if w.length < 0 || (w.length > 0 && w.length/time.Duration(n) != unit.length) {
		return width{}, mistakef("the interval %s is too long", arg)
	}
	return w, nil
}

func unitOf(name string) (width, bool) {
	if w, ok := units[name]; ok {
		return w, true
	}
	w, ok := units[strings.TrimSuffix(strings.ToLower(name), "s")]
	return w, ok
}

// sql is the width as DuckDB reads it.
func (w width) sql() string {
	if w.months > 0 {
		return fmt.Sprintf("INTERVAL '%d months'", w.months)
	}
	return "INTERVAL '" + spell(w.length) + "'"
}

// spell is a length in the greatest unit that divides it.
func spell(d time.Duration) string {
	for _, u := range []struct {
		length time.Duration
		name   string
	}{{24 * time.Hour, "days"}, {time.Hour, "hours"}, {time.Minute, "minutes"}, {time.Second, "seconds"}, {time.Millisecond, "milliseconds"}} {
		if d%u.length == 0 {
			return fmt.Sprintf("%d %s", d/u.length, u.name)
		}
	}
	return fmt.Sprintf("%d microseconds", d/time.Microsecond)
}

func (e *expander) bareInterval(quoted string) string {
	if quoted == "'$__interval_ms'" {
		return fmt.Sprintf("'%d'", e.context.Interval.Milliseconds())
	}
	return "'" + spell(e.context.Interval) + "'"
}

func writeInterval(e *expander, _ []string) (string, error) {
	return width{length: e.context.Interval}.sql(), nil
}

func writeIntervalMillis(e *expander, _ []string) (string, error) {
	return strconv.FormatInt(e.context.Interval.Milliseconds(), 10), nil
}
