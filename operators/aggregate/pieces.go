package aggregate

import "github.com/weirdb/weir/engine/spill"

// piece is the place in the arena where a group's bytes lie.
type piece struct {
	start, length, room int
	seen                bool
}

// pieces keeps some bytes for each group, which may be replaced.
//
//	arena   ┌ group 0 ┬ group 1, was ┬ group 2 ┬ group 1 ┐     longer bytes move to the end; what they leave is waste, and
//	        │ abc     │ x            │ mm      │ xyz     │     once that is half of the arena, the rest moves together
type pieces struct {
	cells[piece]
	arena []byte
	spare []byte // the arena before the last move
	waste int
}

func (p *pieces) value(c *piece) []byte { return p.arena[c.start : c.start+c.length] }

func (p *pieces) put(c *piece, value []byte) {
	if len(value) > c.room {
		p.waste += c.room
		c.start, c.room = len(p.arena), len(value)
		p.arena = append(spill.Grow(p.arena, len(value)), value...)
	}
	c.length, c.seen = len(value), true
	copy(p.arena[c.start:], value)
}

// tidy moves all pieces together if half of the arena is waste.
func (p *pieces) tidy() {
	if p.waste <= len(p.arena)/2 {
		return
	}
	moved := p.spare[:0]
	for g := range p.at {
		c := &p.at[g]
		start := len(moved)
		moved = append(spill.Grow(moved, c.length), p.value(c)...)
		c.start, c.room = start, c.length
	}
	p.arena, p.spare, p.waste = moved, p.arena, 0
}

func (p *pieces) reset() {
	p.cells.reset()
	p.arena, p.spare, p.waste = emptied(p.arena), emptied(p.spare), 0
}

func (p *pieces) free() {
	p.cells.free()
	spill.Free(p.arena)
	spill.Free(p.spare)
	p.arena, p.spare = nil, nil
}
