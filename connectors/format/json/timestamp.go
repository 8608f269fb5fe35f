package json

import (
	"encoding/binary"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine/types"
)

// timestampColumn is a column of one of the TIMESTAMP types.
type timestampColumn struct {
	fixed[arrow.Timestamp]
	parser timestampParser
	epoch  epoch
}

func newTimestampColumn(h head) column {
	p := newTimestampParser(h.typ.ID)
	return &timestampColumn{fixed: fixed[arrow.Timestamp]{head: h}, parser: p, epoch: newEpoch(h.unit, p.perSecond)}
}

func (c *timestampColumn) plain(b []byte, i int) int {
	if i >= len(b) {
		return -1
	}
	if b[i] != '"' {
		return c.plainNumber(b, i)
	}
	v, end := c.parser.parse(b, i+1)
	if end < 0 || end >= len(b) || b[end] != '"' {
		return -1
	}
	c.values = append(c.values, v)
	return end + 1
}

func (c *timestampColumn) read(s *scanner) error {
	start := s.pos
	if s.buf[start] != '"' {
		return c.readNumber(s)
	}
	text, err := s.quoted()
	if err != nil {
		return err
	}
	v, end := c.parser.parse(text, 0)
	if end != len(text) {
		return c.later(s, start)
	}
	c.add(v)
	return nil
}

// timestampParser reads the plain ISO 8601 spelling of a timestamp, and leaves every other to DuckDB:
//
//	2024-01-02T03:04:05.123456+02:00
//	|         |     |  |      |
//	0         10    16 19     behind 1 to 9 digits: nothing, Z, or an offset of hours and minutes
//
// Events that follow each other are mostly of one minute, so the last one is known by its bytes.
type timestampParser struct {
	digits    int   // behind the point, of the column's unit
	perSecond int64 // units
	offsets   int
	last      [2]uint64 // the 16 bytes of the last minute
	seconds   int64     // from 1970 to the last minute
}

// What a type makes of an offset such as +02:00: TIMESTAMP is local time and ignores it, TIMESTAMPTZ is an instant.
const (
	offsetRefused = iota // left to DuckDB
	offsetIgnored
	offsetApplied
)

const minuteLength = len("2024-01-02T03:04")

func newTimestampParser(id types.ID) timestampParser {
	switch id {
	case types.TimestampS:
		return timestampParser{digits: 0, perSecond: 1, offsets: offsetRefused}
	case types.TimestampMS:
		return timestampParser{digits: 3, perSecond: 1e3, offsets: offsetRefused}
	case types.TimestampNS:
		return timestampParser{digits: 9, perSecond: 1e9, offsets: offsetRefused}
	case types.TimestampTZ:
		return timestampParser{digits: 6, perSecond: 1e6, offsets: offsetApplied}
	}
	return timestampParser{digits: 6, perSecond: 1e6, offsets: offsetIgnored}
}

// parse reads the timestamp at byte i in the column's unit and returns the byte behind it, or -1 for a spelling that is not
// plain. More digits behind the point than the unit has are cut off in microseconds; the other types round, which is left to
// DuckDB.
func (p *timestampParser) parse(b []byte, i int) (arrow.Timestamp, int) {
	end := i + minuteLength + len(":05")
	if end > len(b) {
		return 0, -1
	}
	low, high := binary.LittleEndian.Uint64(b[i:]), binary.LittleEndian.Uint64(b[i+8:])
	if (low != p.last[0] || high != p.last[1]) && !p.minute(b[i:i+minuteLength]) {
		return 0, -1
	}
	second := pair(b, end-2)
	if second > 59 || b[end-3] != ':' {
		return 0, -1
	}
	v := (p.seconds + int64(second)) * p.perSecond
	if end < len(b) && b[end] == '.' {
		var fraction int64
		if fraction, end = fractionAt(b, end+1, p.digits); end < 0 {
			return 0, -1
		}
		v += fraction
	}
	if end < len(b) && b[end] == 'Z' {
		return arrow.Timestamp(v), end + 1
	}
	offset, end := p.offset(b, end)
	return arrow.Timestamp(v - offset*p.perSecond), end
}

// minute takes in a date, hours and minutes.
func (p *timestampParser) minute(text []byte) bool {
	days, ok := civilDays(text[:dateLength])
	h, m := pair(text, dateLength+1), pair(text, dateLength+4)
	if !ok || h > 23 || m > 59 || text[dateLength] != 'T' && text[dateLength] != ' ' || text[dateLength+3] != ':' {
		return false
	}
	if p.perSecond == 1e9 && (days < -100000 || days > 100000) {
		return false // nanoseconds overflow in 1677 and 2262
	}
	p.last = [2]uint64{binary.LittleEndian.Uint64(text), binary.LittleEndian.Uint64(text[8:])}
	p.seconds = days*86400 + int64(h*3600+m*60)
	return true
}

// fractionAt reads the digits behind the point, at byte i, in a unit that has the given digits there. It returns the byte
// behind them; -1 if there are none, more than 9, or more than the unit has where they are not cut off.
func fractionAt(b []byte, i, unit int) (int64, int) {
	m, n := digits(b, i)
	end := i + n
	if n == 8 && end < len(b) && b[end]-'0' < 10 {
		m, n, end = m*10+uint64(b[end]-'0'), 9, end+1
	}
	if n == 0 || end < len(b) && b[end]-'0' < 10 || n > unit && unit != 6 {
		return 0, -1
	}
	if n > unit {
		return int64(m / tens[n-unit]), end
	}
	return int64(m * tens[unit-n]), end
}

// offset reads an offset at byte i, if one is there, in seconds. It returns the byte behind it, or -1.
func (p *timestampParser) offset(b []byte, i int) (int64, int) {
	end := i + len("+02:00")
	switch {
	case i >= len(b) || b[i] != '+' && b[i] != '-':
		return 0, i
	case end > len(b) || b[i+3] != ':' || p.offsets == offsetRefused:
		return 0, -1
	}
	hours, minutes := pair(b, i+1), pair(b, i+4)
	seconds := int64(hours*3600 + minutes*60)
	switch {
	case hours > 14 || minutes > 59:
		return 0, -1
	case p.offsets == offsetIgnored:
		return 0, end
	case b[i] == '-':
		return -seconds, end
	}
	return seconds, end
}
