package keys

import (
	"encoding/binary"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// listCodec writes LIST and MAP as a flag, four bytes of count, and the elements, which for a MAP are structs.
//
//	rows      [a b] NULL [c]         elements, flat    a  b  c
//	                                 where each goes   │  └─ behind a
//	dst       1 2 a b  0  1 1 c                        └─ behind its row's count
type listCodec struct {
	element codec
	rows    []uint32 // of the elements, flat
	lens    []int    // of the elements, encoded
	at      []int    // where each element goes
}

func newListCodec(element arrow.DataType, exact bool) (codec, error) {
	c, err := newCodec(element, exact)
	return &listCodec{element: c}, err
}

// flatten finds the elements of the rows and their encoded lengths.
func (c *listCodec) flatten(lists array.ListLike, rows []uint32) {
	valid := ValidityOf(lists)
	c.rows = c.rows[:0]
	for _, r := range rows {
		if valid.Null(r) {
			continue
		}
		start, end := lists.ValueOffsets(int(r))
		for e := start; e < end; e++ {
			c.rows = append(c.rows, uint32(e))
		}
	}
	c.lens = slices.Grow(c.lens[:0], len(c.rows))[:len(c.rows)]
	clear(c.lens)
	c.element.size(lists.ListValues(), c.rows, c.lens)
}

func (c *listCodec) size(a arrow.Array, rows []uint32, lens []int) {
	lists := a.(array.ListLike)
	c.flatten(lists, rows)
	valid := ValidityOf(a)
	next := 0
	for i, r := range rows {
		lens[i]++
		if valid.Null(r) {
			continue
		}
		lens[i] += 4
		start, end := lists.ValueOffsets(int(r))
		for _, n := range c.lens[next : next+int(end-start)] {
			lens[i] += n
		}
		next += int(end - start)
	}
}

func (c *listCodec) write(a arrow.Array, rows []uint32, dst []byte, at []int) {
	lists := a.(array.ListLike)
	c.flatten(lists, rows)
	valid := ValidityOf(a)
	c.at = c.at[:0]
	for i, r := range rows {
		dst[at[i]] = flag(&valid, r)
		at[i]++
		if valid.Null(r) {
			continue
		}
		start, end := lists.ValueOffsets(int(r))
		binary.LittleEndian.PutUint32(dst[at[i]:], uint32(end-start))
		at[i] = c.place(at[i]+4, int(end-start))
	}
	c.element.write(lists.ListValues(), c.rows, dst, c.at)
}

// place puts the next n elements one behind the other from p on, and returns where they end.
func (c *listCodec) place(p, n int) int {
	for range n {
		length := c.lens[len(c.at)]
		c.at = append(c.at, p)
		p += length
	}
	return p
}

func (c *listCodec) read(b array.Builder, src []byte, at []int) {
	for i := range at {
		p := at[i]
		at[i]++
		if src[p] == 0 {
			b.AppendNull()
			continue
		}
		at[i] += 4
		c.elements(b, src, at[i:i+1], int(binary.LittleEndian.Uint32(src[p+1:])))
	}
}

func (c *listCodec) elements(b array.Builder, src []byte, at []int, n int) {
	if m, ok := b.(*array.MapBuilder); ok {
		m.Append(true)
		for range n {
			at[0]++ // an entry's flag: entries are never NULL
			entry := c.element.(*structCodec)
			entry.fields[0].read(m.KeyBuilder(), src, at)
			entry.fields[1].read(m.ItemBuilder(), src, at)
		}
		return
	}
	l := b.(*array.ListBuilder)
	l.Append(true)
	for range n {
		c.element.read(l.ValueBuilder(), src, at)
	}
}
