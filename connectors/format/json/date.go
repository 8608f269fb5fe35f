package json

import "github.com/apache/arrow-go/v18/arrow"

const (
	dateLength  = len("2024-01-02")
	clockLength = len("03:04:05")
)

// parseDate reads the plain ISO 8601 spelling of a date. It reports false for any other, which is left to DuckDB.
func parseDate(text []byte) (arrow.Date32, bool) {
	if len(text) != dateLength {
		return 0, false
	}
	days, ok := civilDays(text)
	return arrow.Date32(days), ok
}

// parseTime reads a time of day in microseconds: 03:04:05, and up to 6 digits behind a point.
func parseTime(text []byte) (arrow.Time64, bool) {
	if len(text) < clockLength {
		return 0, false
	}
	seconds, ok := clockSeconds(text)
	fraction, end := int64(0), clockLength
	if len(text) > end && text[end] == '.' {
		fraction, end = fractionAt(text, end+1, 6)
	}
	if !ok || end != len(text) || end > clockLength+len(".123456") {
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
