package json

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine/types"
)

// The parsers here read the plain ISO 8601 spelling of a date or time, and report false for every other, which is then left
// to DuckDB:
//
//	2024-01-02T03:04:05.123456+02:00
//	|         |        |      |
//	0         10       19     behind 1 to 9 digits: nothing, Z, or an offset of hours and minutes
const (
	dateLength   = len("2024-01-02")
	clockLength  = len("03:04:05")
	offsetLength = len("+02:00")
)

// timestampParser returns the parser for one of the TIMESTAMP types.
func timestampParser(id types.ID) func([]byte) (arrow.Timestamp, bool) {
	switch id {
	case types.TimestampS:
		return func(text []byte) (arrow.Timestamp, bool) { return parseTimestamp(text, 0, 1, offsetRefused) }
	case types.TimestampMS:
		return func(text []byte) (arrow.Timestamp, bool) { return parseTimestamp(text, 3, 1e3, offsetRefused) }
	case types.TimestampNS:
		return func(text []byte) (arrow.Timestamp, bool) { return parseTimestamp(text, 9, 1e9, offsetRefused) }
	case types.TimestampTZ:
		return func(text []byte) (arrow.Timestamp, bool) { return parseTimestamp(text, 6, 1e6, offsetApplied) }
	}
	return func(text []byte) (arrow.Timestamp, bool) { return parseTimestamp(text, 6, 1e6, offsetIgnored) }
}

// What a type makes of an offset such as +02:00: TIMESTAMP is local time and ignores it, TIMESTAMPTZ is an instant.
const (
	offsetRefused = iota // left to DuckDB
	offsetIgnored
	offsetApplied
)

// parseTimestamp reads a timestamp in units of which there are perSecond. More digits behind the point than the unit has
// are cut off in microseconds; the other types round, which is left to DuckDB.
func parseTimestamp(text []byte, digits int, perSecond int64, offsets int) (arrow.Timestamp, bool) {
	if len(text) < dateLength+1+clockLength || text[dateLength] != 'T' && text[dateLength] != ' ' {
		return 0, false
	}
	days, ok := civilDays(text[:dateLength])
	clock, ok2 := clockSeconds(text[dateLength+1:])
	if !ok || !ok2 {
		return 0, false
	}
	rest := text[dateLength+1+clockLength:]
	fraction, given, rest := fractionOf(rest, digits)
	if given < 0 || given > digits && digits != 6 || given > 9 {
		return 0, false
	}
	offset, ok := offsetSeconds(rest, offsets)
	if perSecond == 1e9 && (days < -100000 || days > 100000) {
		return 0, false // nanoseconds overflow in 1677 and 2262
	}
	return arrow.Timestamp((days*86400+clock-offset)*perSecond + fraction), ok
}

// fractionOf reads a point and digits if they come next, as a number of the given digits. It returns how many there were,
// -1 for a point without any, and what is behind them.
func fractionOf(text []byte, digits int) (fraction int64, given int, rest []byte) {
	if len(text) == 0 || text[0] != '.' {
		return 0, 0, text
	}
	i := 1
	for ; i < len(text) && text[i]-'0' < 10; i++ {
		if i <= digits {
			fraction = fraction*10 + int64(text[i]-'0')
		}
	}
	given = i - 1
	for k := given; k < digits; k++ {
		fraction *= 10
	}
	if given == 0 {
		given = -1
	}
	return fraction, given, text[i:]
}

func offsetSeconds(text []byte, offsets int) (int64, bool) {
	if len(text) == 0 || len(text) == 1 && text[0] == 'Z' {
		return 0, true
	}
	if len(text) != offsetLength || text[0] != '+' && text[0] != '-' || text[3] != ':' || offsets == offsetRefused {
		return 0, false
	}
	hours, minutes := pair(text, 1), pair(text, 4)
	if hours > 14 || minutes > 59 {
		return 0, false
	}
	seconds := int64(hours*3600 + minutes*60)
	if offsets == offsetIgnored {
		return 0, true
	}
	if text[0] == '-' {
		return -seconds, true
	}
	return seconds, true
}

func parseDate(text []byte) (arrow.Date32, bool) {
	if len(text) != dateLength {
		return 0, false
	}
	days, ok := civilDays(text)
	return arrow.Date32(days), ok
}

// parseTime reads a time of day in microseconds.
func parseTime(text []byte) (arrow.Time64, bool) {
	if len(text) < clockLength {
		return 0, false
	}
	seconds, ok := clockSeconds(text)
	fraction, given, rest := fractionOf(text[clockLength:], 6)
	if !ok || given < 0 || given > 6 || len(rest) > 0 {
		return 0, false
	}
	return arrow.Time64(seconds*1e6 + fraction), true
}

// pair reads two digits at byte i; a large number if they are none.
func pair(text []byte, i int) int {
	tens, ones := text[i]-'0', text[i+1]-'0'
	if tens > 9 || ones > 9 {
		return 1 << 20
	}
	return int(tens)*10 + int(ones)
}

// clockSeconds reads hh:mm:ss from a text that is at least as long.
func clockSeconds(text []byte) (int64, bool) {
	h, m, s := pair(text, 0), pair(text, 3), pair(text, 6)
	if h > 23 || m > 59 || s > 59 || text[2] != ':' || text[5] != ':' {
		return 0, false
	}
	return int64(h*3600 + m*60 + s), true
}

var monthDays = [...]int{1: 31, 2: 29, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}

// civilDays reads yyyy-mm-dd, from year 1 on, as days since 1970-01-01.
func civilDays(text []byte) (int64, bool) {
	year, m, d := pair(text, 0)*100+pair(text, 2), pair(text, 5), pair(text, 8)
	if year < 1 || year > 9999 || m < 1 || m > 12 || d < 1 || d > monthDays[m] || text[4] != '-' || text[7] != '-' {
		return 0, false
	}
	if m == 2 && d == 29 && (year%4 != 0 || year%100 == 0 && year%400 != 0) {
		return 0, false
	}
	if m < 3 { // count years from March, so that the leap day is the last
		year, m = year-1, m+12
	}
	return int64(365*year + year/4 - year/100 + year/400 + (153*m-457)/5 + d - 719469), true
}
