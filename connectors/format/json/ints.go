package json

import (
	"math"

	"github.com/weirdb/weir/engine/types"
)

type integer interface {
	int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64
}

// intColumn is a column of integers of at most 64 bits.
type intColumn[T integer] struct {
	fixed[T]
	least   uint64  // the absolute value of the type's minimum
	most    uint64  // its maximum
	leastF  float64 // reals from leastF on, below beyondF, convert
	beyondF float64
}

func newIntColumn(h head) column {
	switch h.typ.ID {
	case types.TinyInt:
		return signed[int8](h, 7)
	case types.SmallInt:
		return signed[int16](h, 15)
	case types.Integer:
		return signed[int32](h, 31)
	case types.BigInt:
		return signed[int64](h, 63)
	case types.UTinyInt:
		return unsigned[uint8](h, 8)
	case types.USmallInt:
		return unsigned[uint16](h, 16)
	case types.UInteger:
		return unsigned[uint32](h, 32)
	}
	return unsigned[uint64](h, 64)
}

func signed[T integer](h head, bits int) column {
	limit := math.Ldexp(1, bits)
	return &intColumn[T]{fixed[T]{head: h}, 1 << bits, 1<<bits - 1, -limit, limit}
}

func unsigned[T integer](h head, bits int) column {
	return &intColumn[T]{fixed[T]{head: h}, 0, math.MaxUint64 >> (64 - bits), 0, math.Ldexp(1, bits)}
}

func (c *intColumn[T]) read(s *scanner) error {
	start := s.pos
	if m, minus, ok := s.short(); ok {
		return c.addWhole(s, start, m, minus)
	}
	switch kind(s.buf[start]) {
	case '0':
		return c.readNumber(s, start)
	case '"':
		return c.readQuoted(s, start)
	case 't':
		b, err := s.boolean()
		if err != nil {
			return err
		}
		c.add(T(bit(b)))
		return nil
	}
	return c.refuse(s, start)
}

func (c *intColumn[T]) plain(b []byte, i int) int {
	if i >= len(b) {
		return -1
	}
	m, minus, end := plainWhole(b, i)
	switch {
	case end < 0:
		return -1
	case !minus && m <= c.most:
		c.values = append(c.values, T(m))
	case minus && m <= c.least:
		c.values = append(c.values, T(-m))
	default:
		return -1
	}
	return end
}

func (c *intColumn[T]) readNumber(s *scanner, start int) error {
	n, err := s.number()
	if err != nil {
		return err
	}
	switch n.kind {
	case whole, negative:
		return c.addWhole(s, start, n.magnitude, n.kind == negative)
	case real:
		return c.addReal(s, start, n.f)
	}
	return c.refuse(s, start)
}

func (c *intColumn[T]) addWhole(s *scanner, start int, magnitude uint64, minus bool) error {
	switch {
	case !minus && magnitude <= c.most:
		c.add(T(magnitude))
	case minus && magnitude <= c.least:
		c.add(T(-magnitude))
	default:
		return c.refuse(s, start)
	}
	return nil
}

// addReal rounds half to even. What is in range and rounds out of it, such as 127.5 for TINYINT, DuckDB has to say.
func (c *intColumn[T]) addReal(s *scanner, start int, f float64) error {
	if !(f >= c.leastF && f < c.beyondF) {
		return c.refuse(s, start)
	}
	f = math.RoundToEven(f)
	if f == c.beyondF {
		return c.later(s, start)
	}
	c.add(T(f))
	return nil
}

// readQuoted takes plain digits; spaces, hexadecimal and whatever else DuckDB knows are left to it.
func (c *intColumn[T]) readQuoted(s *scanner, start int) error {
	text, err := s.quoted()
	if err != nil {
		return err
	}
	m, minus, ok := plainDigits(text)
	switch {
	case ok && !minus && m <= c.most:
		c.add(T(m))
	case ok && minus && m <= c.least:
		c.add(T(-m))
	default:
		return c.later(s, start)
	}
	return nil
}

// plainDigits reads up to 18 digits without a leading zero, and a minus before them.
func plainDigits(text []byte) (magnitude uint64, minus, ok bool) {
	if len(text) > 0 && text[0] == '-' {
		minus, text = true, text[1:]
	}
	if len(text) == 0 || len(text) > 18 || text[0] == '0' && len(text) > 1 {
		return 0, minus, false
	}
	for _, c := range text {
		if c-'0' > 9 {
			return 0, minus, false
		}
		magnitude = magnitude*10 + uint64(c-'0')
	}
	return magnitude, minus, true
}

func bit(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}
