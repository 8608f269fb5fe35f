package join

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine/spill"
	"github.com/weirdb/weir/operators/keys"
)

// textColumn is for strings and binary values. Each page has its bytes one behind the other.
//
//	page   ends   3   3       7
//	       bytes  a b c   w e i r       rows "abc", "", "weir"
type textColumn struct {
	layout arrow.DataType
	ends   pages[int]
	bytes  [][]byte
	nulls  nulls
	known  int
}

func (c *textColumn) append(a arrow.Array, rows []uint32) {
	c.nulls.append(a, rows, c.known)
	c.known += len(rows)
	offsets, data := keys.Bytes(a)
	valid := keys.ValidityOf(a)
	for len(rows) > 0 {
		ends := c.ends.room(len(rows))
		if len(c.bytes) < len(c.ends) {
			c.bytes = append(c.bytes, nil)
		}
		page := c.bytes[len(c.bytes)-1]
		for i, r := range rows[:len(ends)] {
			if !valid.Null(r) {
				page = append(spill.Grow(page, int(offsets[r+1]-offsets[r])), data[offsets[r]:offsets[r+1]]...)
			}
			ends[i] = len(page)
		}
		c.bytes[len(c.bytes)-1] = page
		rows = rows[len(ends):]
	}
}

func (c *textColumn) free() {
	for _, page := range c.bytes {
		spill.Free(page)
	}
	c.bytes = nil
	c.ends.free()
	c.nulls.free()
}

// value is the text of a row, empty where it is NULL.
func (c *textColumn) value(id uint32) []byte {
	page, place := id>>pageBits, id&pageMask
	ends, from := c.ends[page], 0
	if place > 0 {
		from = ends[place-1]
	}
	return c.bytes[page][from:ends[place]]
}

func (c *textColumn) take(mem memory.Allocator, ids []uint32) arrow.Array {
	ends, out := allocate[int32](mem, len(ids)+1)
	out[0] = 0
	for i, id := range ids {
		out[i+1] = out[i] + int32(len(c.value(id)))
	}
	data, bytes := allocate[uint8](mem, int(out[len(ids)]))
	for i, id := range ids {
		copy(bytes[out[i]:], c.value(id))
	}
	return build(c.layout, len(ids), c.nulls.take(mem, ids), ends, data)
}
