package relational

import (
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

// compactFrom is how many rows have to be gone for a bag to be copied without them.
const compactFrom = 1024

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
	b.weigh(len(groups), weights)
	b.link(start)
	return b.join()
}

func (b *bag) weigh(n int, weights []int8) {
	for range n - len(weights) {
		b.weights = append(b.weights, 1)
	}
	for _, w := range weights {
		if w < 0 {
			b.minus = append(b.minus, uint32(len(b.weights)))
		}
		b.weights = append(b.weights, w)
	}
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
