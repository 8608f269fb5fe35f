package json

import (
	"math"
	"math/bits"

	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/weirdb/weir/engine/types"
)

// decimalColumn is a column of DECIMAL, or of HUGEINT, which Arrow carries as a decimal whose digits may pass 38.
type decimalColumn struct {
	fixed[decimal128.Num]
	huge  bool
	unit  decimal128.Num // 1 in the column's scale: 10^scale
	limit decimal128.Num // the least absolute value with too many digits: 10^width, in the column's scale
}

func newDecimalColumn(h head) column {
	c := &decimalColumn{fixed: fixed[decimal128.Num]{head: h}, unit: decimal128.FromU64(1)}
	if h.typ.ID == types.HugeInt {
		c.huge = true
		c.limit = decimal128.New(math.MaxInt64, math.MaxUint64)
		return c
	}
	c.unit = decimal128.GetScaleMultiplier(h.typ.Scale)
	c.limit = decimal128.GetScaleMultiplier(h.typ.Width)
	return c
}

func (c *decimalColumn) read(s *scanner) error {
	start := s.pos
	switch kind(s.buf[start]) {
	case '0':
		return c.readNumber(s, start)
	case '"':
		return c.readQuoted(s, start)
	case 't':
		if _, err := s.boolean(); err != nil {
			return err
		}
		return c.later(s, start)
	}
	return c.refuse(s, start)
}

func (c *decimalColumn) readNumber(s *scanner, start int) error {
	n, err := s.number()
	if err != nil {
		return err
	}
	switch {
	case n.kind == verbatim || n.kind == real && c.huge:
		return c.later(s, start)
	case n.kind == real:
		return c.addReal(s, start, n.f)
	}
	if v, ok := c.scale(n.magnitude); ok {
		c.addSigned(v, n.kind == negative)
		return nil
	}
	return c.refuse(s, start)
}

// scale multiplies m by the column's unit. It reports false if the product has too many digits.
func (c *decimalColumn) scale(m uint64) (decimal128.Num, bool) {
	hi, lo := bits.Mul64(m, c.unit.LowBits())
	over, top := bits.Mul64(m, uint64(c.unit.HighBits()))
	top, carry := bits.Add64(top, hi, 0)
	if over != 0 || carry != 0 || top > math.MaxInt64 {
		return decimal128.Num{}, false
	}
	v := decimal128.New(int64(top), lo)
	return v, v.Less(c.limit)
}

func (c *decimalColumn) addSigned(v decimal128.Num, minus bool) {
	if minus {
		v = v.Negate()
	}
	c.add(v)
}

// addReal scales as a double, as DuckDB does, and rounds half away from zero: 12.345 becomes 12.35 only if the product with
// 100 is 1234.5 or more.
func (c *decimalColumn) addReal(s *scanner, start int, f float64) error {
	rounded := math.Round(f * math.Pow10(c.typ.Scale))
	if !(math.Abs(rounded) < math.Pow10(c.typ.Width)) {
		return c.refuse(s, start)
	}
	c.addSigned(wholeDouble(math.Abs(rounded)), rounded < 0)
	return nil
}

// wholeDouble is a double below 2^127 that has no fraction, exactly.
func wholeDouble(f float64) decimal128.Num {
	mantissa, exponent := math.Frexp(f)
	digits, shift := uint64(mantissa*(1<<53)), exponent-53
	switch {
	case shift <= 0:
		return decimal128.FromU64(digits >> -shift)
	case shift < 64:
		return decimal128.New(int64(digits>>(64-shift)), digits<<shift)
	}
	return decimal128.New(int64(digits<<(shift-64)), 0)
}

// readQuoted takes plain digits with no more behind the point than the scale; the rest is left to DuckDB.
func (c *decimalColumn) readQuoted(s *scanner, start int) error {
	text, err := s.quoted()
	if err != nil {
		return err
	}
	m, minus, ok := c.plainDecimal(text)
	if !ok {
		return c.later(s, start)
	}
	c.addSigned(m, minus)
	return nil
}

// plainDecimal reads up to 18 digits, of which some may stand behind a point, in the column's scale.
func (c *decimalColumn) plainDecimal(text []byte) (v decimal128.Num, minus, ok bool) {
	if len(text) > 19 || !plainNumber(text) {
		return v, false, false
	}
	var m uint64
	fraction, behind := 0, 0
	for _, d := range text {
		switch {
		case d == '-':
			minus = true
		case d == '.':
			behind = 1
		case d-'0' > 9:
			return v, false, false
		default:
			m = m*10 + uint64(d-'0')
			fraction += behind
		}
	}
	if fraction > c.typ.Scale || c.huge && (minus && m == 0 || behind > 0) {
		return v, false, false
	}
	for ; fraction > 0 && fraction < c.typ.Scale && m < math.MaxUint64/10; fraction++ {
		m *= 10
	}
	return c.unscaled(m, fraction, minus)
}

// unscaled is m with the given digits behind the point, of which there are none or as many as the scale.
func (c *decimalColumn) unscaled(m uint64, fraction int, minus bool) (decimal128.Num, bool, bool) {
	if fraction > 0 && fraction < c.typ.Scale {
		return decimal128.Num{}, minus, false
	}
	if fraction > 0 {
		v := decimal128.FromU64(m)
		return v, minus, v.Less(c.limit)
	}
	v, ok := c.scale(m)
	return v, minus, ok
}
