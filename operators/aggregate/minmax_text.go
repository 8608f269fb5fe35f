package aggregate

import (
	"bytes"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

// piece is the place in the arena where a group's best value lies.
type piece struct {
	start, length, room int
	seen                bool
}

// textExtreme is min or max of strings and binary values, by the order of their bytes.
//
//	arena   ┌ group 0 ┬ group 1, was ┬ group 2 ┬ group 1 ┐     a longer value moves to the end; what it leaves is waste,
//	        │ abc     │ x            │ mm      │ xyz     │     and once that is half of the arena, the rest moves together
type textExtreme struct {
	cells[piece]
	arena []byte
	spare []byte // the arena before the last move
	waste int
	kind  types.Type
	max   bool
}

func (e *textExtreme) update(groups, rows []uint32, args []arrow.Array) error {
	offsets, data := keys.Bytes(args[0])
	for i, g := range groups {
		r := rows[i]
		value := data[offsets[r]:offsets[r+1]]
		if c := &e.at[g]; !c.seen || e.better(value, e.value(c)) {
			e.put(c, value)
		}
	}
	if e.waste > len(e.arena)/2 {
		e.compact()
	}
	return nil
}

func (e *textExtreme) better(a, b []byte) bool {
	if e.max {
		return bytes.Compare(a, b) > 0
	}
	return bytes.Compare(a, b) < 0
}

func (e *textExtreme) value(c *piece) []byte { return e.arena[c.start : c.start+c.length] }

func (e *textExtreme) put(c *piece, value []byte) {
	if len(value) > c.room {
		e.waste += c.room
		c.start, c.room = len(e.arena), len(value)
		e.arena = append(e.arena, value...)
	}
	c.length, c.seen = len(value), true
	copy(e.arena[c.start:], value)
}

// compact moves all values together.
func (e *textExtreme) compact() {
	moved := e.spare[:0]
	for g := range e.at {
		c := &e.at[g]
		start := len(moved)
		moved = append(moved, e.value(c)...)
		c.start, c.room = start, c.length
	}
	e.arena, e.spare, e.waste = moved, e.arena, 0
}

func (e *textExtreme) state() []types.Type { return []types.Type{e.kind} }

func (e *textExtreme) save(groups []uint32, b []array.Builder) { e.append(groups, b[0]) }

func (e *textExtreme) merge(groups, rows []uint32, saved []arrow.Array) error {
	return mergeExtreme(e, groups, rows, saved)
}

func (e *textExtreme) result(groups []uint32, b array.Builder) error {
	e.append(groups, b)
	return nil
}

func (e *textExtreme) append(groups []uint32, b array.Builder) {
	for _, g := range groups {
		c := &e.at[g]
		if !c.seen {
			b.AppendNull()
			continue
		}
		keys.AppendBytes(b, e.value(c))
	}
}

func (e *textExtreme) reset() {
	e.cells.reset()
	e.arena, e.waste = e.arena[:0], 0
}
