package keys

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// structCodec writes STRUCT as a flag and its fields.
type structCodec struct {
	fields []codec
	rows   []uint32 // those that are not NULL
	from   []int    // position of each of them among all rows
	each   []int    // lengths or places of each of them
}

func newStructCodec(fields []arrow.Field, exact bool) (codec, error) {
	c := &structCodec{}
	for _, f := range fields {
		field, err := newCodec(f.Type, exact)
		if err != nil {
			return nil, err
		}
		c.fields = append(c.fields, field)
	}
	return c, nil
}

// present finds the rows that are not NULL.
func (c *structCodec) present(a arrow.Array, rows []uint32) {
	valid := ValidityOf(a)
	c.rows, c.from = c.rows[:0], c.from[:0]
	for i, r := range rows {
		if !valid.Null(r) {
			c.rows, c.from = append(c.rows, r), append(c.from, i)
		}
	}
	c.each = slices.Grow(c.each[:0], len(c.rows))[:len(c.rows)]
}

func (c *structCodec) size(a arrow.Array, rows []uint32, lens []int) {
	c.present(a, rows)
	clear(c.each)
	for k, f := range c.fields {
		f.size(a.(*array.Struct).Field(k), c.rows, c.each)
	}
	for i := range rows {
		lens[i]++
	}
	for k, i := range c.from {
		lens[i] += c.each[k]
	}
}

func (c *structCodec) write(a arrow.Array, rows []uint32, dst []byte, at []int) {
	c.present(a, rows)
	for i := range rows {
		dst[at[i]] = 0
		at[i]++
	}
	for k, i := range c.from {
		dst[at[i]-1] = 1
		c.each[k] = at[i]
	}
	for k, f := range c.fields {
		f.write(a.(*array.Struct).Field(k), c.rows, dst, c.each)
	}
	for k, i := range c.from {
		at[i] = c.each[k]
	}
}

func (c *structCodec) read(b array.Builder, src []byte, at []int) {
	s := b.(*array.StructBuilder)
	for i := range at {
		p := at[i]
		at[i]++
		if src[p] == 0 {
			s.AppendNull()
			continue
		}
		s.Append(true)
		for k, f := range c.fields {
			f.read(s.FieldBuilder(k), src, at[i:i+1])
		}
	}
}
