package function

import "math"

// Units of event time, in microseconds.
const (
	second = int64(1_000_000)
	minute = 60 * second
	hour   = 60 * minute
	day    = 24 * hour
)

// Timestamps and dates beyond these are left to DuckDB: its infinities, and where its own arithmetic reaches its ends. The first
// is about 142000 years from 1970, the second about 136000.
const (
	lastTimestamp = math.MaxInt64 / 2
	lastDate      = 50_000_000
)

// Constant spans beyond these are left to DuckDB too: with them, a time that is not extreme could leave 64 bits.
const (
	farDays   = 10_000_000
	farMonths = 100_000
)

func small(n, limit int64) bool { return n <= limit && n >= -limit }

// extreme reports whether a timestamp is left to DuckDB.
func extreme(micros int64) bool { return micros > lastTimestamp || micros < -lastTimestamp }

func extremeDate(days int32) bool { return days > lastDate || days < -lastDate }

// floorDiv divides towards minus infinity. b is positive.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// civil is the date of a day counted from 1970-01-01, in the proleptic Gregorian calendar with a year 0.
//
// It counts in eras of 400 years (146097 days) that start on the 1st of March, so that the leap day comes last.
func civil(days int64) (year int64, month, dayOfMonth int64) {
	days += 719468 // from 0000-03-01
	era := floorDiv(days, 146097)
	doe := days - era*146097                               // day of era
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365 // year of era
	doy := doe - (365*yoe + yoe/4 - yoe/100)               // day of year, from March
	mp := (5*doy + 2) / 153                                // month, from March
	year, month, dayOfMonth = yoe+era*400, mp+3, doy-(153*mp+2)/5+1
	if month > 12 {
		year, month = year+1, month-12
	}
	return year, month, dayOfMonth
}

// daysOf is the opposite of civil.
func daysOf(year, month, dayOfMonth int64) int64 {
	if month <= 2 {
		year, month = year-1, month+12
	}
	era := floorDiv(year, 400)
	yoe := year - era*400
	doy := (153*(month-3)+2)/5 + dayOfMonth - 1
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 719468
}

// monthsOf counts months from year 0.
func monthsOf(year, month int64) int64 { return year*12 + month - 1 }

// firstOf is the first day of a month counted from year 0.
func firstOf(months int64) int64 {
	year := floorDiv(months, 12)
	return daysOf(year, months-year*12+1, 1)
}

// addMonths moves a day by months. A day that the month does not have becomes its last.
func addMonths(days, months int64) int64 {
	year, month, dayOfMonth := civil(days)
	target := monthsOf(year, month) + months
	first := firstOf(target)
	return first + min(dayOfMonth, firstOf(target+1)-first) - 1
}
