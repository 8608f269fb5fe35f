package json

import (
	"math"
	"math/bits"

	"github.com/apache/arrow-go/v18/arrow"
)

// epoch turns numbers that count from 1970 into a column's unit. The zero epoch reads none.
//
//	unit of the number   column        1700000000123 becomes
//	milliseconds         TIMESTAMP     1700000000123000 µs       times up
//	milliseconds         TIMESTAMP_S   1700000000 s              over down: what is finer is cut off
type epoch struct {
	times, over int64
	digits      int // of a fraction that count: finer ones are below the column's unit
}

// leastTimestamp is how far before 1970 a TIMESTAMP reaches, in µs. The highest number stands for infinity.
const leastTimestamp = 9223372022400000000

// unitsPerSecond are the values of the option.
var unitsPerSecond = map[string]int64{"seconds": 1, "milliseconds": 1e3, "microseconds": 1e6, "nanoseconds": 1e9}

func newEpoch(unit string, perSecond int64) epoch {
	given := unitsPerSecond[unit]
	switch {
	case given == 0:
		return epoch{}
	case given > perSecond:
		return epoch{times: 1, over: given / perSecond}
	}
	e := epoch{times: perSecond / given, over: 1}
	for n := e.times; n > 1; n /= 10 {
		e.digits++
	}
	return e
}

// plainNumber is plain for a whole number.
func (c *timestampColumn) plainNumber(b []byte, i int) int {
	if c.epoch.times == 0 {
		return -1
	}
	magnitude, minus, end := plainWhole(b, i)
	if end < 0 {
		return -1
	}
	v, ok := c.epoch.from(magnitude, 0, minus)
	if !ok {
		return -1
	}
	c.values = append(c.values, v)
	return end
}

// readNumber appends the number under the cursor: digits, and a fraction if there is one.
func (c *timestampColumn) readNumber(s *scanner) error {
	start := s.pos
	if c.epoch.times == 0 || kind(s.buf[start]) != '0' {
		return c.refuse(s, start)
	}
	raw, err := s.raw()
	if err != nil {
		return err
	}
	v, ok := c.epoch.parse(raw)
	if !ok {
		return c.refuse(s, start)
	}
	c.add(v)
	return nil
}

// parse reads a JSON number without an exponent.
func (e *epoch) parse(raw []byte) (arrow.Timestamp, bool) {
	minus := raw[0] == '-'
	if minus {
		raw = raw[1:]
	}
	whole, i := uint64(0), 0
	for ; i < len(raw) && raw[i]-'0' < 10; i++ {
		if whole > math.MaxInt64/10 {
			return 0, false
		}
		whole = whole*10 + uint64(raw[i]-'0')
	}
	if i == len(raw) {
		return e.from(whole, 0, minus)
	}
	if i == 0 || raw[i] != '.' {
		return 0, false // an exponent, NaN or Infinity
	}
	fraction, scale := uint64(0), uint64(1)
	for _, c := range raw[i+1:] {
		if c-'0' > 9 {
			return 0, false
		}
		if scale < tens[e.digits] {
			fraction, scale = fraction*10+uint64(c-'0'), scale*10
		}
	}
	return e.from(whole, fraction*(tens[e.digits]/scale), minus)
}

// from converts a number. It reports false for one that the column cannot hold.
func (e *epoch) from(whole, fraction uint64, minus bool) (arrow.Timestamp, bool) {
	high, v := bits.Mul64(whole, uint64(e.times))
	v += fraction
	if high != 0 || v >= math.MaxInt64 || minus && v > leastTimestamp {
		return 0, false
	}
	n := int64(v) / e.over
	if minus {
		n = -n
	}
	return arrow.Timestamp(n), true
}
