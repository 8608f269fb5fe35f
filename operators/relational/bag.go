package relational

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// bag is a multiset of rows, each of which belongs to a key. Rows lie one behind the other in Arrow batches, in the order in which
// they came; the rows of a key are chained. A row that is taken back stays where it is, with weight 0, until half of them do.
//
//	position   0    1    2    3    4       key 0: first 0, last 4
//	chunks   [ r    r    r ][ r    r ]     key 1: first 1, last 2
//	weights   +1   +1    0   +1   -1       -1 takes back an equal row, which may still have to come: see netting
//	next       3    2    -    4    -
type bag struct {
	mem     memory.Allocator
	schema  *arrow.Schema
	chunks  []chunk
	keys    []uint32
	weights []int8
	next    []uint32 // of each row: where the next one of its key is, plus one
	chains  []chain  // by key
	minus   []uint32 // positions of rows with weight -1
	gone    int      // rows with weight 0
}

// chunk is a batch, and the position of its first row.
type chunk struct {
	rows  arrow.RecordBatch
	start uint32
}

func (c chunk) end() uint32 { return c.start + uint32(c.rows.NumRows()) }

// chain is where the rows of a key begin and end, plus one: 0 without rows.
type chain struct{ first, last uint32 }

// compactFrom is how many rows have to be gone for a bag to be copied without them.
const compactFrom = 1024

// chunkRows is the size up to which chunks are joined: strings take 4 GB at most in a chunk.
const chunkRows = 1 << 17

func newBag(mem memory.Allocator, schema *arrow.Schema) *bag { return &bag{mem: mem, schema: schema} }

// len is how many rows there are, those to take back included.
func (b *bag) len() int { return len(b.weights) - b.gone }

// append adds rows, which it retains, with the numbers of their keys. Nil weights mean all +1.
func (b *bag) append(rows arrow.RecordBatch, groups []uint32, weights []int8) error {
	if len(groups) == 0 {
		return nil
	}
	rows.Retain()
	start := len(b.keys)
	b.chunks = append(b.chunks, chunk{rows, uint32(start)})
	b.keys = append(b.keys, groups...)
	if weights != nil {
		b.weights = append(b.weights, weights...)
		for i, w := range weights {
			if w < 0 {
				b.minus = append(b.minus, uint32(start+i))
			}
		}
	} else {
		for range groups {
			b.weights = append(b.weights, 1)
		}
	}
	b.link(start)
	return b.join()
}

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

// join joins the last chunks while they are of similar size, so that there are few and each row is copied a few times.
func (b *bag) join() error {
	from, size := len(b.chunks)-1, b.chunks[len(b.chunks)-1].rows.NumRows()
	for from > 0 && b.chunks[from-1].rows.NumRows() <= size && b.chunks[from-1].rows.NumRows()+size <= chunkRows {
		from--
		size += b.chunks[from].rows.NumRows()
	}
	if from == len(b.chunks)-1 {
		return nil
	}
	parts := make([]arrow.RecordBatch, 0, len(b.chunks)-from)
	for _, c := range b.chunks[from:] {
		parts = append(parts, c.rows)
	}
	joined, err := concat(b.mem, b.schema, parts)
	if err != nil {
		return err
	}
	releaseAll(parts)
	b.chunks = append(b.chunks[:from], chunk{joined, b.chunks[from].start})
	return nil
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

// all appends the positions of all rows, ascending.
func (b *bag) all(positions []uint32) []uint32 {
	for i, w := range b.weights {
		if w != 0 {
			positions = append(positions, uint32(i))
		}
	}
	return positions
}

// drop takes rows away. Positions stay good until compact.
func (b *bag) drop(position uint32) {
	b.weights[position] = 0
	b.gone++
}

func (b *bag) release() {
	for _, c := range b.chunks {
		c.rows.Release()
	}
	*b = bag{mem: b.mem, schema: b.schema}
}
