package json

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// nullColumn is a column of the type that has no value but NULL. Whatever JSON says is passed.
type nullColumn struct{ length int }

func (c *nullColumn) read(s *scanner) error {
	c.length++
	return s.skip()
}

func (c *nullColumn) null() { c.length++ }

func (c *nullColumn) truncate(n int) { c.length = min(c.length, n) }

func (c *nullColumn) reserve(int) {}

func (c *nullColumn) resolve(*resolver) error { return nil }

func (c *nullColumn) finish() arrow.ArrayData {
	out := array.NewData(arrow.Null, c.length, []*memory.Buffer{nil}, nil, c.length, 0)
	c.length = 0
	return out
}
