package json

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

const uuidLength = len("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")

// uuidColumn is a column of UUIDs in canonical form: 36 bytes each, a NULL's are not looked at.
type uuidColumn struct {
	head
	data  []byte
	nulls nulls
	odd   odd
}

var noUUID [uuidLength]byte

func (c *uuidColumn) length() int { return len(c.data) / uuidLength }

func (c *uuidColumn) read(s *scanner) error {
	start := s.pos
	if s.buf[start] != '"' {
		return c.refuse(s, start)
	}
	text, err := s.quoted()
	if err != nil {
		return err
	}
	place := len(c.data)
	c.data = append(c.data, noUUID[:]...)
	if canonicalUUID(c.data[place:], text) {
		return nil
	}
	return c.odd.add(s, start, place/uuidLength)
}

// canonicalUUID copies a UUID in lower case. It reports false, and leaves the text to DuckDB, if it is spelled otherwise.
func canonicalUUID(to, text []byte) bool {
	if len(text) != uuidLength {
		return false
	}
	for i, ch := range text {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if _, hex := hexDigit(ch); hex == dash || dash && ch != '-' {
			return false
		}
		to[i] = ch | 0x20 // a digit and a dash have this bit already
	}
	return true
}

func (c *uuidColumn) null() {
	c.nulls.add(c.length())
	c.data = append(c.data, noUUID[:]...)
}

func (c *uuidColumn) truncate(n int) {
	if n < c.length() {
		c.data = c.data[:n*uuidLength]
	}
	c.nulls.truncate(n)
	c.odd.truncate(n)
}

func (c *uuidColumn) bytes(i int) []byte { return c.data[i*uuidLength : (i+1)*uuidLength] }

func (c *uuidColumn) reserve(n int) {
	if cap(c.data) < n*uuidLength {
		c.data = append(make([]byte, 0, n*uuidLength), c.data...)
	}
}

func (c *uuidColumn) resolve(r *resolver) error {
	return r.resolve(&c.head, &c.odd, func(found arrow.Array, i, at int) {
		copy(c.data[at*uuidLength:], found.(*array.String).Value(i))
	})
}

func (c *uuidColumn) finish() arrow.ArrayData {
	n := c.length()
	offsets := make([]int32, n+1)
	for i := range offsets {
		offsets[i] = int32(i * uuidLength)
	}
	buffers := []*memory.Buffer{c.nulls.bitmap(n), memory.NewBufferBytes(arrow.GetBytes(offsets)), memory.NewBufferBytes(c.data)}
	out := array.NewData(arrow.BinaryTypes.String, n, buffers, nil, len(c.nulls), 0)
	c.data, c.nulls = nil, c.nulls[:0]
	c.odd.truncate(0)
	return out
}
