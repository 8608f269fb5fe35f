package pgwire

import (
	"encoding/hex"
	"math"
	"strconv"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/jackc/pgx/v5/pgtype"
)

const (
	textFormat   = pgtype.TextFormatCode
	binaryFormat = pgtype.BinaryFormatCode
)

var wireUUID = wireType{pgtype.UUIDOID, 16}

// textForm is the text format: what PostgreSQL prints with DateStyle ISO, IntervalStyle postgres and bytea_output hex.
var textForm = form{
	boolean: func(buf []byte, v bool) []byte {
		if v {
			return append(buf, 't')
		}
		return append(buf, 'f')
	},
	integer:   func(buf []byte, v int64, _ int) []byte { return strconv.AppendInt(buf, v, 10) },
	float:     textFloat,
	number:    textNumber,
	date:      textDate,
	clock:     textClock,
	timestamp: textTimestamp,
	interval:  textInterval,
	blob:      func(buf, v []byte) []byte { return hex.AppendEncode(append(buf, '\\', 'x'), v) },
	uuid:      func(buf []byte, v string) ([]byte, error) { return append(buf, v...), nil },
}

// textFloat writes the shortest decimal that reads back as the same value.
func textFloat(buf []byte, v float64, size int) []byte {
	switch {
	case math.IsNaN(v):
		return append(buf, "NaN"...)
	case math.IsInf(v, 1):
		return append(buf, "Infinity"...)
	case math.IsInf(v, -1):
		return append(buf, "-Infinity"...)
	}
	form := byte('f')
	if abs := math.Abs(v); abs != 0 && (abs < 1e-4 || abs >= 1e15) {
		form = 'e'
	}
	return strconv.AppendFloat(buf, v, form, -1, 8*size)
}

func textDate(buf []byte, days int32) ([]byte, error) {
	switch days {
	case lastDay:
		return append(buf, "infinity"...), nil
	case firstDay:
		return append(buf, "-infinity"...), nil
	}
	return era(buf, time.Unix(int64(days)*86400, 0).UTC(), "-01-02"), nil
}

func textTimestamp(buf []byte, micros int64, zone bool) ([]byte, error) {
	switch micros {
	case endOfTime:
		return append(buf, "infinity"...), nil
	case beginOfTime:
		return append(buf, "-infinity"...), nil
	}
	layout := "-01-02 15:04:05.999999"
	if zone {
		layout = "-01-02 15:04:05.999999+00"
	}
	return era(buf, time.UnixMicro(micros).UTC(), layout), nil
}

// era writes a time with its year first, and BC behind it if the year is before the first.
func era(buf []byte, t time.Time, layout string) []byte {
	year := t.Year()
	if year > 0 {
		return t.AppendFormat(padded(buf, year), layout)
	}
	return append(t.AppendFormat(padded(buf, 1-year), layout), " BC"...)
}

func padded(buf []byte, year int) []byte {
	for limit := 1000; year < limit && limit > 1; limit /= 10 {
		buf = append(buf, '0')
	}
	return strconv.AppendInt(buf, int64(year), 10)
}

// textClock writes a time of day, or the part of an interval below a day.
func textClock(buf []byte, micros int64) []byte {
	seconds, fraction := micros/1e6, micros%1e6
	buf = two(buf, seconds/3600)
	buf = two(append(buf, ':'), seconds/60%60)
	buf = two(append(buf, ':'), seconds%60)
	if fraction == 0 {
		return buf
	}
	start := len(buf)
	buf = strconv.AppendInt(buf, fraction+1e6, 10)
	buf[start] = '.'
	for buf[len(buf)-1] == '0' {
		buf = buf[:len(buf)-1]
	}
	return buf
}

func two(buf []byte, n int64) []byte {
	if n < 10 {
		buf = append(buf, '0')
	}
	return strconv.AppendInt(buf, n, 10)
}

// textInterval writes an interval as "1 year 2 mons -3 days +04:05:06": behind a negative part a positive one has its sign.
func textInterval(buf []byte, v arrow.MonthDayNanoInterval) []byte {
	start, negative := len(buf), false
	for _, p := range [...]struct {
		n    int32
		name string
	}{{v.Months / 12, " year"}, {v.Months % 12, " mon"}, {v.Days, " day"}} {
		if p.n == 0 {
			continue
		}
		buf = signed(gap(buf, start), negative, p.n > 0)
		buf = append(strconv.AppendInt(buf, int64(p.n), 10), p.name...)
		if p.n != 1 {
			buf = append(buf, 's')
		}
		negative = p.n < 0
	}
	micros := v.Nanoseconds / 1000
	if micros == 0 && len(buf) > start {
		return buf
	}
	buf = signed(gap(buf, start), negative, micros > 0)
	if micros < 0 {
		buf, micros = append(buf, '-'), -micros
	}
	return textClock(buf, micros)
}

// gap adds a space unless nothing was written since start.
func gap(buf []byte, start int) []byte {
	if len(buf) == start {
		return buf
	}
	return append(buf, ' ')
}

func signed(buf []byte, behindNegative, positive bool) []byte {
	if behindNegative && positive {
		return append(buf, '+')
	}
	return buf
}
