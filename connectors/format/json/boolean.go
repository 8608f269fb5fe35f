package json

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// boolColumn is a column of truth values: a byte each while it grows, a bit each in Arrow.
type boolColumn struct{ fixed[uint8] }

func (c *boolColumn) read(s *scanner) error {
	start := s.pos
	switch kind(s.buf[start]) {
	case 't':
		b, err := s.boolean()
		if err != nil {
			return err
		}
		c.add(bit(b))
		return nil
	case '0':
		return c.readNumber(s, start)
	case '"':
		return c.readQuoted(s, start)
	}
	return c.refuse(s, start)
}

// readNumber takes any number but zero for true.
func (c *boolColumn) readNumber(s *scanner, start int) error {
	n, err := s.number()
	if err != nil {
		return err
	}
	switch n.kind {
	case verbatim:
		return c.later(s, start)
	case real:
		c.add(bit(n.f != 0))
	default:
		c.add(bit(n.magnitude != 0))
	}
	return nil
}

func (c *boolColumn) readQuoted(s *scanner, start int) error {
	text, err := s.quoted()
	if err != nil {
		return err
	}
	switch string(text) {
	case "true":
		c.add(1)
	case "false":
		c.add(0)
	default:
		return c.later(s, start)
	}
	return nil
}

func (c *boolColumn) resolve(r *resolver) error {
	return r.resolve(&c.head, &c.odd, func(found arrow.Array, i, at int) {
		c.values[at] = bit(found.(*array.Boolean).Value(i))
	})
}

func (c *boolColumn) finish() arrow.ArrayData {
	n := len(c.values)
	packed := make([]byte, (n+7)/8)
	for i, v := range c.values {
		packed[i>>3] |= v << (i & 7)
	}
	buffers := []*memory.Buffer{c.nulls.bitmap(n), memory.NewBufferBytes(packed)}
	out := array.NewData(arrow.FixedWidthTypes.Boolean, n, buffers, nil, len(c.nulls), 0)
	c.truncate(0)
	return out
}
