package json

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine/types"
)

// textColumn is a column of VARCHAR, BLOB or JSON. No value is refused: what is no string becomes its text.
type textColumn struct {
	head
	data  []byte
	ends  []int32 // Arrow's offsets but the first, which is 0
	nulls nulls
}

func (c *textColumn) read(s *scanner) error {
	if err := c.append(s); err != nil {
		return err
	}
	c.ends = append(c.ends, int32(len(c.data)))
	return nil
}

func (c *textColumn) plain(b []byte, i int) int {
	if i >= len(b) || b[i] != '"' {
		return -1
	}
	end := plainString(b, i+1)
	if end < 0 {
		return -1
	}
	if c.typ.ID == types.JSON {
		c.data = append(c.data, b[i:end]...)
	} else {
		c.data = append(c.data, b[i+1:end-1]...)
	}
	c.ends = append(c.ends, int32(len(c.data)))
	return end
}

func (c *textColumn) append(s *scanner) error {
	k := kind(s.buf[s.pos])
	if k == '"' && c.typ.ID != types.JSON {
		text, err := s.quoted()
		c.data = append(c.data, text...)
		return err
	}
	if k == '0' && c.typ.ID != types.JSON {
		n, err := s.number()
		c.data = n.appendVarchar(c.data)
		return err
	}
	raw, err := s.raw()
	if err != nil {
		return err
	}
	c.data = appendCanonical(c.data, raw, s)
	return nil
}

func (c *textColumn) null() {
	c.nulls.add(len(c.ends))
	c.ends = append(c.ends, int32(len(c.data)))
}

func (c *textColumn) truncate(n int) {
	if n < len(c.ends) {
		c.ends = c.ends[:n]
	}
	c.nulls.truncate(n)
	end := 0
	if len(c.ends) > 0 {
		end = int(c.ends[len(c.ends)-1])
	}
	c.data = c.data[:end]
}

func (c *textColumn) bytes(i int) []byte {
	if i == 0 {
		return c.data[:c.ends[0]]
	}
	return c.data[c.ends[i-1]:c.ends[i]]
}

// reserve leaves the text's own memory to grow: it is kept from one batch to the next.
func (c *textColumn) reserve(n int) { c.ends = slices.Grow(c.ends, n) }

func (c *textColumn) resolve(*resolver) error { return nil }

// mostSpare is how much space a column keeps for the next batch, if that was not used up.
const mostSpare = 1 << 20

// finish copies the text, so that the space which it has grown to serves the next batch too.
func (c *textColumn) finish() arrow.ArrayData {
	n := len(c.ends)
	offsets := make([]int32, n+1)
	copy(offsets[1:], c.ends)
	buffers := []*memory.Buffer{c.nulls.bitmap(n), memory.NewBufferBytes(arrow.GetBytes(offsets)), memory.NewBufferBytes(slices.Clone(c.data))}
	out := array.NewData(c.typ.Arrow(), n, buffers, nil, len(c.nulls), 0)
	if cap(c.data) > mostSpare && len(c.data) < cap(c.data)/4 {
		c.data = nil // one large batch is not held for ever
	}
	c.truncate(0)
	return out
}
