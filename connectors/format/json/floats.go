package json

import (
	"math"
	"strconv"

	"github.com/weirdb/weir/engine/types"
)

// floatColumn is a column of FLOAT or DOUBLE.
type floatColumn[T float32 | float64] struct {
	fixed[T]
	bits int
}

func newFloatColumn(h head) column {
	if h.typ.ID == types.Float {
		return &floatColumn[float32]{fixed[float32]{head: h}, 32}
	}
	return &floatColumn[float64]{fixed[float64]{head: h}, 64}
}

func (c *floatColumn[T]) read(s *scanner) error {
	start := s.pos
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

func (c *floatColumn[T]) plain(b []byte, i int) int {
	if i >= len(b) {
		return -1
	}
	f, end := plainReal(b, i)
	if end >= 0 {
		c.values = append(c.values, T(f))
	}
	return end
}

func (c *floatColumn[T]) readNumber(s *scanner, start int) error {
	n, err := s.number()
	if err != nil {
		return err
	}
	switch n.kind {
	case whole:
		c.add(T(n.magnitude))
	case negative:
		c.add(T(-int64(n.magnitude)))
	case verbatim:
		return c.later(s, start)
	default:
		if math.IsInf(float64(T(n.f)), 0) {
			return c.refuse(s, start)
		}
		c.add(T(n.f))
	}
	return nil
}

// readQuoted takes a text that is a JSON number and within the type's range; other spellings are left to DuckDB.
func (c *floatColumn[T]) readQuoted(s *scanner, start int) error {
	text, err := s.quoted()
	if err != nil {
		return err
	}
	if !plainNumber(text) {
		return c.later(s, start)
	}
	f, err := strconv.ParseFloat(view(text), c.bits)
	if err != nil {
		return c.later(s, start)
	}
	c.add(T(f))
	return nil
}

// plainNumber reports whether a text is a JSON number and nothing else.
func plainNumber(text []byte) bool {
	if len(text) == 0 || text[0] != '-' && text[0]-'0' > 9 {
		return false
	}
	s := scanner{buf: text}
	_, err := s.number()
	return err == nil && s.pos == len(text) && text[len(text)-1]-'0' <= 9
}
