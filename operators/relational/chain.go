package relational

import "slices"

// chain is where the rows of a key begin and end, plus one: 0 without rows.
type chain struct{ first, last uint32 }

// link chains the rows from start on.
func (b *bag) link(start int) {
	b.next = slices.Grow(b.next, len(b.keys)-start)[:len(b.keys)]
	for i, g := range b.keys[start:] {
		at := uint32(start+i) + 1
		for int(g) >= len(b.chains) {
			b.chains = append(b.chains, chain{})
		}
		c := &b.chains[g]
		b.next[at-1] = 0
		if c.first == 0 {
			c.first = at
		} else {
			b.next[c.last-1] = at
		}
		c.last = at
	}
}

// of appends the positions of a key's rows, ascending, and drops rows that are gone from its chain.
func (b *bag) of(key uint32, positions []uint32) []uint32 {
	if int(key) >= len(b.chains) {
		return positions
	}
	c := &b.chains[key]
	last := uint32(0)
	link := &c.first
	for at := *link; at != 0; at = b.next[at-1] {
		if b.weights[at-1] == 0 {
			continue
		}
		*link, link, last = at, &b.next[at-1], at
		positions = append(positions, at-1)
	}
	*link, c.last = 0, last
	return positions
}
