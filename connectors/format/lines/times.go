package lines

import (
	"math"
	"strconv"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/weirdb/weir/engine/types"
)

const secondsPerDay = 86400

// appendDate appends days since 1970 as YYYY-MM-DD. DuckDB keeps the two infinities at the ends of the range.
func appendDate(dst []byte, days int64) []byte {
	switch days {
	case math.MaxInt32:
		return append(dst, "infinity"...)
	case -math.MaxInt32:
		return append(dst, "-infinity"...)
	}
	t := time.Unix(days*secondsPerDay, 0).UTC()
	year, suffix := t.Year(), ""
	if year <= 0 { // there is no year 0: 1 BC comes before 1 AD
		year, suffix = 1-year, " (BC)"
	}
	dst = appendPadded(dst, int64(year), 4)
	dst = append(dst, '-')
	dst = appendPadded(dst, int64(t.Month()), 2)
	dst = append(dst, '-')
	dst = appendPadded(dst, int64(t.Day()), 2)
	return append(dst, suffix...)
}

// appendTime appends a time of day, given in units of 10^-digits seconds, as HH:MM:SS and a fraction if there is one.
func appendTime(dst []byte, units int64, digits int) []byte {
	perSecond := int64(1)
	for range digits {
		perSecond *= 10
	}
	seconds, fraction := units/perSecond, units%perSecond
	dst = appendPadded(dst, seconds/3600, 2)
	dst = append(dst, ':')
	dst = appendPadded(dst, seconds/60%60, 2)
	dst = append(dst, ':')
	dst = appendPadded(dst, seconds%60, 2)
	if fraction == 0 {
		return dst
	}
	dst = append(dst, '.')
	dst = appendPadded(dst, fraction, digits)
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

// fractionDigits are the decimal digits of the units that each kind of timestamp counts in.
var fractionDigits = map[types.ID]int{
	types.TimestampS: 0, types.TimestampMS: 3, types.Timestamp: 6, types.TimestampTZ: 6, types.TimestampNS: 9,
}

func appendTimestamp(dst []byte, id types.ID, units int64) []byte {
	switch units {
	case math.MaxInt64:
		return append(dst, "infinity"...)
	case -math.MaxInt64:
		return append(dst, "-infinity"...)
	}
	digits := fractionDigits[id]
	perDay := int64(secondsPerDay)
	for range digits {
		perDay *= 10
	}
	days, rest := units/perDay, units%perDay
	if rest < 0 {
		days, rest = days-1, rest+perDay
	}
	dst = appendDate(dst, days)
	dst = append(dst, ' ')
	dst = appendTime(dst, rest, digits)
	if id == types.TimestampTZ {
		dst = append(dst, "+00"...)
	}
	return dst
}

// appendInterval appends 1 year 2 months 3 days 04:00:05.5, leaving out what is zero.
func appendInterval(dst []byte, v arrow.MonthDayNanoInterval) []byte {
	start := len(dst)
	dst = appendPart(dst, start, int64(v.Months/12), "year")
	dst = appendPart(dst, start, int64(v.Months%12), "month")
	dst = appendPart(dst, start, int64(v.Days), "day")
	micros := v.Nanoseconds / 1000
	if micros == 0 && len(dst) > start {
		return dst
	}
	if len(dst) > start {
		dst = append(dst, ' ')
	}
	if micros < 0 {
		dst, micros = append(dst, '-'), -micros
	}
	return appendTime(dst, micros, 6)
}

func appendPart(dst []byte, start int, n int64, unit string) []byte {
	if n == 0 {
		return dst
	}
	if len(dst) > start {
		dst = append(dst, ' ')
	}
	dst = strconv.AppendInt(dst, n, 10)
	dst = append(dst, ' ')
	dst = append(dst, unit...)
	if n != 1 && n != -1 {
		dst = append(dst, 's')
	}
	return dst
}

// appendPadded appends n >= 0 with at least width digits.
func appendPadded(dst []byte, n int64, width int) []byte {
	limit := int64(10)
	for range width - 1 {
		if n < limit {
			dst = append(dst, '0')
		}
		limit *= 10
	}
	return strconv.AppendInt(dst, n, 10)
}
