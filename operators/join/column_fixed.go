package join

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/operators/keys"
)

// fixedColumn is for values of one width.
type fixedColumn[T fixed] struct {
	layout arrow.DataType
	values pages[T]
	nulls  nulls
	known  int
}

func (c *fixedColumn[T]) append(a arrow.Array, rows []uint32) {
	c.nulls.append(a, rows, c.known)
	c.values.gather(keys.Values[T](a), rows)
	c.known += len(rows)
}

func (c *fixedColumn[T]) take(mem memory.Allocator, ids []uint32) arrow.Array {
	buf, out := allocate[T](mem, len(ids))
	c.values.scatter(ids, out)
	return build(c.layout, len(ids), c.nulls.take(mem, ids), buf)
}

func (c *fixedColumn[T]) free() { c.values.free(); c.nulls.free() }

// boolColumn is for BOOLEAN: a byte for each value.
type boolColumn struct {
	values pages[bool]
	nulls  nulls
	known  int
}

func (c *boolColumn) append(a arrow.Array, rows []uint32) {
	c.nulls.append(a, rows, c.known)
	c.known += len(rows)
	bools := a.(*array.Boolean)
	for len(rows) > 0 {
		to := c.values.room(len(rows))
		for i, r := range rows[:len(to)] {
			to[i] = bools.Value(int(r))
		}
		rows = rows[len(to):]
	}
}

func (c *boolColumn) take(mem memory.Allocator, ids []uint32) arrow.Array {
	buf, bits := zeroBits(mem, len(ids))
	for i, id := range ids {
		if *c.values.at(id) {
			bits[i>>3] |= 1 << (i & 7)
		}
	}
	return build(arrow.FixedWidthTypes.Boolean, len(ids), c.nulls.take(mem, ids), buf)
}

func (c *boolColumn) free() { c.values.free(); c.nulls.free() }
