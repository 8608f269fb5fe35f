package json

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// structColumn is a column of STRUCT: a column for each field, all of the same length.
type structColumn struct {
	head
	fields object
	length int
	nulls  nulls
}

func newStructColumn(h head) (column, error) {
	fields, err := newObject(h, h.typ.Fields)
	if err != nil {
		return nil, err
	}
	return &structColumn{head: h, fields: fields}, nil
}

func (c *structColumn) read(s *scanner) error {
	if s.buf[s.pos] != '{' {
		return c.refuse(s, s.pos)
	}
	if err := c.fields.read(s); err != nil {
		return err
	}
	c.length++
	return nil
}

func (c *structColumn) null() {
	c.nulls.add(c.length)
	c.length++
	c.fields.null()
}

// truncate cuts the fields even if the struct is short enough: one that failed half way has left some longer.
func (c *structColumn) truncate(n int) {
	c.length = min(c.length, n)
	c.nulls.truncate(n)
	for _, f := range c.fields.columns {
		f.truncate(c.length)
	}
}

func (c *structColumn) reserve(n int) {
	for _, f := range c.fields.columns {
		f.reserve(n)
	}
}

func (c *structColumn) resolve(r *resolver) error {
	for _, f := range c.fields.columns {
		if err := f.resolve(r); err != nil {
			return err
		}
	}
	return nil
}

func (c *structColumn) finish() arrow.ArrayData {
	children := finishAll(c.fields.columns)
	out := array.NewData(c.typ.Arrow(), c.length, []*memory.Buffer{c.nulls.bitmap(c.length)}, children, len(c.nulls), 0)
	releaseAll(children)
	c.length, c.nulls = 0, c.nulls[:0]
	return out
}

func finishAll(columns []column) []arrow.ArrayData {
	out := make([]arrow.ArrayData, len(columns))
	for i, c := range columns {
		out[i] = c.finish()
	}
	return out
}

func releaseAll(data []arrow.ArrayData) {
	for _, d := range data {
		d.Release()
	}
}
