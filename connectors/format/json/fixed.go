package json

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// fixed is a column of values that all have one width, in Arrow's layout. It lacks only read.
type fixed[T arrow.FixedWidthType] struct {
	head
	values []T
	nulls  nulls
	odd    odd
}

func (c *fixed[T]) add(v T) { c.values = append(c.values, v) }

func (c *fixed[T]) null() {
	c.nulls.add(len(c.values))
	var zero T
	c.values = append(c.values, zero)
}

// later appends a place for the value that starts at the given byte, which DuckDB shall convert.
func (c *fixed[T]) later(s *scanner, start int) error {
	if err := c.odd.add(s, start, len(c.values)); err != nil {
		return err
	}
	var zero T
	c.values = append(c.values, zero)
	return nil
}

func (c *fixed[T]) truncate(n int) {
	if n < len(c.values) {
		c.values = c.values[:n]
	}
	c.nulls.truncate(n)
	c.odd.truncate(n)
}

func (c *fixed[T]) reserve(n int) { c.values = slices.Grow(c.values, n) }

func (c *fixed[T]) resolve(r *resolver) error {
	return r.resolve(&c.head, &c.odd, func(found arrow.Array, i, at int) {
		data := found.Data()
		c.values[at] = arrow.GetData[T](data.Buffers()[1].Bytes())[data.Offset()+i]
	})
}

func (c *fixed[T]) finish() arrow.ArrayData {
	n := len(c.values)
	buffers := []*memory.Buffer{c.nulls.bitmap(n), memory.NewBufferBytes(arrow.GetBytes(c.values))}
	out := array.NewData(c.typ.Arrow(), n, buffers, nil, len(c.nulls), 0)
	c.values, c.nulls = nil, c.nulls[:0]
	c.odd.truncate(0)
	return out
}

// bytes are one value's bytes.
func (c *fixed[T]) bytes(i int) []byte { return arrow.GetBytes(c.values[i : i+1 : i+1]) }
