package json

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// lists are what LIST and MAP have in common: how many items stand before the end of each value.
type lists struct {
	ends  []int32 // Arrow's offsets but the first, which is 0
	items int     // appended so far, those of an unfinished value too
	nulls nulls
}

func (l *lists) end() { l.ends = append(l.ends, int32(l.items)) }

func (l *lists) null() {
	l.nulls.add(len(l.ends))
	l.end()
}

// truncate returns how many items are left.
func (l *lists) truncate(n int) int {
	if n < len(l.ends) {
		l.ends = l.ends[:n]
	}
	l.nulls.truncate(n)
	l.items = 0
	if len(l.ends) > 0 {
		l.items = int(l.ends[len(l.ends)-1])
	}
	return l.items
}

func (l *lists) reserve(n int) { l.ends = slices.Grow(l.ends, n) }

// finish makes Arrow's data of a LIST or MAP from its items, which it releases.
func (l *lists) finish(t arrow.DataType, items arrow.ArrayData) arrow.ArrayData {
	n := len(l.ends)
	offsets := make([]int32, n+1)
	copy(offsets[1:], l.ends)
	buffers := []*memory.Buffer{l.nulls.bitmap(n), memory.NewBufferBytes(arrow.GetBytes(offsets))}
	out := array.NewData(t, n, buffers, []arrow.ArrayData{items}, len(l.nulls), 0)
	items.Release()
	l.truncate(0)
	return out
}

// listColumn is a column of LIST.
type listColumn struct {
	head
	lists
	element column
}

func newListColumn(h head) (column, error) {
	element, err := newColumn(h.part(h.typ.Element()))
	if err != nil {
		return nil, err
	}
	return &listColumn{head: h, element: element}, nil
}

func (c *listColumn) read(s *scanner) error {
	if s.buf[s.pos] != '[' {
		return c.refuse(s, s.pos)
	}
	s.pos++
	for s.peek() != ']' {
		if err := s.value(c.element); err != nil {
			return err
		}
		c.items++
		if err := s.comma(']'); err != nil {
			return err
		}
	}
	s.pos++
	c.end()
	return nil
}

func (c *listColumn) truncate(n int) { c.element.truncate(c.lists.truncate(n)) }

func (c *listColumn) resolve(r *resolver) error { return c.element.resolve(r) }

func (c *listColumn) finish() arrow.ArrayData {
	return c.lists.finish(c.typ.Arrow(), c.element.finish())
}
