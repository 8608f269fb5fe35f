package aggregate

import (
	"bytes"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/spill"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

// series keeps all values of each group, in the order of arrival.
type series[T any] struct {
	chains
	columnOf[T]
	values []T
	kind   types.Type

	merged selection
}

// columnOf is how values of a type are read, ordered and written.
type columnOf[T any] interface {
	// read appends rows of an array to dst.
	read(dst []T, a arrow.Array, rows []uint32) []T
	less(a, b T) bool
	// write appends values to a builder. Nil valid says that nothing is NULL.
	write(b array.Builder, values []T, valid []bool)
	// forget drops what values refer to; some of the memory may be kept.
	forget()
	// release gives the memory back.
	release()
	// held is how many bytes values refer to.
	held() int
}

func (s *series[T]) reset() {
	s.chains.reset()
	s.values = emptied(s.values)
	s.forget()
}

func (s *series[T]) free() {
	s.chains.free()
	spill.Free(s.values)
	s.values = nil
	s.release()
}

func (s *series[T]) bytes(group uint32) int {
	var one T
	return s.share(group, s.held()+len(s.values)*int(unsafe.Sizeof(one)))
}

func (s *series[T]) update(groups, rows []uint32, args []arrow.Array) error {
	s.values = s.read(s.values, args[0], rows)
	for _, g := range groups {
		s.link(g)
	}
	return nil
}

// gather appends the values of a group to dst.
func (s *series[T]) gather(dst []T, group uint32) []T {
	dst = spill.Grow(dst, int(s.ends.at[group].n))
	for e := s.first(group); e != 0; e = s.next[e-1] {
		dst = append(dst, s.values[e-1])
	}
	return dst
}

func (s *series[T]) state() []types.Type { return []types.Type{types.ListOf(s.kind)} }

func (s *series[T]) save(groups []uint32, b []array.Builder) {
	lists := b[0].(*array.ListBuilder)
	var values []T
	for _, g := range groups {
		lists.Append(true)
		values = s.gather(values[:0], g)
		s.write(lists.ValueBuilder(), values, nil)
	}
	spill.Free(values)
}

func (s *series[T]) merge(groups, rows []uint32, saved []arrow.Array) error {
	values := s.merged.flatten(saved[0], groups, rows)
	return s.update(s.merged.groups, s.merged.rows, []arrow.Array{values})
}

// fixedColumn is for values of a fixed width.
type fixedColumn[T any] struct{ before func(a, b T) bool }

func (c *fixedColumn[T]) read(dst []T, a arrow.Array, rows []uint32) []T {
	values := keys.Values[T](a)
	dst = spill.Grow(dst, len(rows))
	for _, r := range rows {
		dst = append(dst, values[r])
	}
	return dst
}

func (c *fixedColumn[T]) less(a, b T) bool { return c.before(a, b) }

func (c *fixedColumn[T]) write(b array.Builder, values []T, valid []bool) {
	b.(appender[T]).AppendValues(values, valid)
}

func (c *fixedColumn[T]) forget()   {}
func (c *fixedColumn[T]) release()  {}
func (c *fixedColumn[T]) held() int { return 0 }

func integerLess[T integer](a, b T) bool { return a < b }

// textColumn is for strings and binary values: places in an arena.
type textColumn struct{ arena []byte }

func (c *textColumn) read(dst []span, a arrow.Array, rows []uint32) []span {
	offsets, data := keys.Bytes(a)
	dst = spill.Grow(dst, len(rows))
	for _, r := range rows {
		from := int64(len(c.arena))
		c.arena = append(spill.Grow(c.arena, int(offsets[r+1]-offsets[r])), data[offsets[r]:offsets[r+1]]...)
		dst = append(dst, span{from, int64(len(c.arena))})
	}
	return dst
}

func (c *textColumn) less(a, b span) bool {
	return bytes.Compare(c.arena[a.from:a.to], c.arena[b.from:b.to]) < 0
}

func (c *textColumn) write(b array.Builder, values []span, valid []bool) {
	for i, v := range values {
		if valid != nil && !valid[i] {
			b.AppendNull()
			continue
		}
		keys.AppendBytes(b, c.arena[v.from:v.to])
	}
}

func (c *textColumn) forget() { c.arena = emptied(c.arena) }

func (c *textColumn) release() {
	spill.Free(c.arena)
	c.arena = nil
}

func (c *textColumn) held() int { return len(c.arena) }
