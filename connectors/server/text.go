package server

import (
	"math"
	"strconv"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
)

// appendMicros writes microseconds since 1970 as an ISO timestamp.
func appendMicros(buf []byte, micros int64) []byte {
	return appendTimestamp(buf, micros, time.Microsecond)
}

// appendTimestamp writes a count of units since 1970 as an ISO timestamp, without zeros at the end of the fraction. DuckDB keeps
// the two greatest values and their negatives for the ends of time.
func appendTimestamp(buf []byte, n int64, unit time.Duration) []byte {
	switch n {
	case math.MaxInt64:
		return append(buf, "infinity"...)
	case math.MinInt64, -math.MaxInt64:
		return append(buf, "-infinity"...)
	}
	perSecond := int64(time.Second / unit)
	seconds, rest := n/perSecond, n%perSecond
	if rest < 0 {
		seconds, rest = seconds-1, rest+perSecond
	}
	return time.Unix(seconds, rest*int64(unit)).UTC().AppendFormat(buf, "2006-01-02T15:04:05.999999999")
}

// appendDate writes days since 1970.
func appendDate(buf []byte, days int32) []byte {
	switch days {
	case math.MaxInt32:
		return append(buf, "infinity"...)
	case -math.MaxInt32:
		return append(buf, "-infinity"...)
	}
	return time.Unix(int64(days)*86400, 0).UTC().AppendFormat(buf, "2006-01-02")
}

// appendClock writes a time of day, or a span of hours, in nanoseconds.
func appendClock(buf []byte, nanos int64) []byte {
	if nanos < 0 {
		buf, nanos = append(buf, '-'), -nanos
	}
	seconds, fraction := nanos/1e9, nanos%1e9
	buf = appendTwo(buf, seconds/3600)
	buf = appendTwo(append(buf, ':'), seconds/60%60)
	buf = appendTwo(append(buf, ':'), seconds%60)
	if fraction == 0 {
		return buf
	}
	digits := strconv.AppendInt(nil, fraction+1e9, 10)
	digits[0] = '.'
	for digits[len(digits)-1] == '0' {
		digits = digits[:len(digits)-1]
	}
	return append(buf, digits...)
}

func appendTwo(buf []byte, n int64) []byte {
	if n < 10 {
		buf = append(buf, '0')
	}
	return strconv.AppendInt(buf, n, 10)
}

// appendInterval writes an interval as DuckDB does: "1 year 2 months 3 days 04:05:06".
func appendInterval(buf []byte, v arrow.MonthDayNanoInterval) []byte {
	start := len(buf)
	parts := [...]struct {
		n    int32
		name string
	}{{v.Months / 12, " year"}, {v.Months % 12, " month"}, {v.Days, " day"}}
	for _, p := range parts {
		if p.n == 0 {
			continue
		}
		buf = strconv.AppendInt(spaceAfter(buf, start), int64(p.n), 10)
		buf = append(buf, p.name...)
		if p.n != 1 && p.n != -1 {
			buf = append(buf, 's')
		}
	}
	if v.Nanoseconds != 0 || len(buf) == start {
		buf = appendClock(spaceAfter(buf, start), v.Nanoseconds)
	}
	return buf
}

// spaceAfter adds a space unless nothing was written since start.
func spaceAfter(buf []byte, start int) []byte {
	if len(buf) == start {
		return buf
	}
	return append(buf, ' ')
}

// appendFloat writes the shortest decimal that reads back as the same value, and what is no number as DuckDB does. Bits is 32 or 64.
func appendFloat(buf []byte, f float64, bits int) []byte {
	switch {
	case math.IsNaN(f):
		return append(buf, "nan"...)
	case math.IsInf(f, 1):
		return append(buf, "inf"...)
	case math.IsInf(f, -1):
		return append(buf, "-inf"...)
	}
	form := byte('f')
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		form = 'e'
	}
	return strconv.AppendFloat(buf, f, form, -1, bits)
}
