package json

import (
	"bytes"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// mapColumn is a column of MAP, from JSON objects.
type mapColumn struct {
	head
	lists
	key     keyColumn
	val     column
	records []int32 // by value: the record that it is from
	known   map[string]struct{}
}

// keyColumn is a column whose values can be keys.
type keyColumn interface {
	column
	// bytes are a value's own: equal values have equal bytes. They are good until the column grows.
	bytes(i int) []byte
}

func newMapColumn(h head) (column, error) {
	key, err := newColumn(h.part(h.typ.Fields[0].Type))
	if err != nil {
		return nil, err
	}
	val, err := newColumn(h.part(h.typ.Fields[1].Type))
	if err != nil {
		return nil, err
	}
	keys, ok := key.(keyColumn)
	if !ok {
		return nil, fmt.Errorf("json: column %s: type %s cannot be read from JSON, its keys are not scalar", h.path, h.typ)
	}
	return &mapColumn{head: h, key: keys, val: val, known: map[string]struct{}{}}, nil
}

func (c *mapColumn) read(s *scanner) error {
	if s.buf[s.pos] != '{' {
		return c.refuse(s, s.pos)
	}
	s.pos++
	for s.peek() != '}' {
		if err := c.readItem(s); err != nil {
			return err
		}
		if err := s.comma('}'); err != nil {
			return err
		}
	}
	s.pos++
	c.end()
	c.records = append(c.records, s.record)
	return nil
}

func (c *mapColumn) null() {
	c.lists.null()
	c.records = append(c.records, 0) // never asked for: a NULL has no keys
}

// readItem reads a key as the JSON string that it is, and its value.
func (c *mapColumn) readItem(s *scanner) error {
	if s.peek() != '"' {
		return s.wrong("expected a key")
	}
	if err := c.key.read(s); err != nil {
		return err
	}
	if err := s.colon(); err != nil {
		return err
	}
	if err := s.value(c.val); err != nil {
		return err
	}
	c.items++
	return nil
}

func (c *mapColumn) truncate(n int) {
	items := c.lists.truncate(n)
	c.records = c.records[:len(c.ends)]
	c.key.truncate(items)
	c.val.truncate(items)
}

func (c *mapColumn) resolve(r *resolver) error {
	if err := c.key.resolve(r); err != nil {
		return err
	}
	if err := c.val.resolve(r); err != nil {
		return err
	}
	start := 0
	for i, end := range c.ends {
		if c.repeats(start, int(end)) {
			r.refuse(c.records[i], "column "+c.path+": a key stands twice in one map")
		}
		start = int(end)
	}
	return nil
}

// repeats reports whether two of the keys from start to end are equal. read_json lets that pass, but what it makes is no MAP:
// DuckDB refuses to take it back from Arrow, and with it the whole batch.
func (c *mapColumn) repeats(start, end int) bool {
	const few = 16 // up to this many, comparing each with each is fastest
	if end-start > few {
		return c.repeatsMany(start, end)
	}
	for i := start + 1; i < end; i++ {
		for j := start; j < i; j++ {
			if bytes.Equal(c.key.bytes(i), c.key.bytes(j)) {
				return true
			}
		}
	}
	return false
}

func (c *mapColumn) repeatsMany(start, end int) bool {
	clear(c.known)
	for i := start; i < end; i++ {
		c.known[view(c.key.bytes(i))] = struct{}{}
	}
	return len(c.known) < end-start
}

func (c *mapColumn) finish() arrow.ArrayData {
	t := c.typ.Arrow().(*arrow.MapType)
	clear(c.known) // it points into the keys
	pairs := finishAll([]column{c.key, c.val})
	items := array.NewData(t.Elem(), c.items, []*memory.Buffer{nil}, pairs, 0, 0)
	releaseAll(pairs)
	c.records = c.records[:0]
	return c.lists.finish(t, items)
}
