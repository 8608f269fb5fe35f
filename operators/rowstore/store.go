// Package rowstore keeps rows that an operator needs later, in the columns in which they came. The operator holds a Ref to each
// row, in whatever order and grouping suits it, and takes rows by their Refs.
//
//	Add ──► chunk 0   a b c d          Ref = chunk, row: grows in the order of arrival
//	        chunk 1   e f
//	Drop b c d, e f ──► chunk 1 is freed; chunk 0 waits for Compact, or for a
//	Take a ──► a batch
//
// Memory is at most about twice that of the rows which are held, if the owner calls Compact when Crowded says so.
package rowstore

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine/spill"
	"github.com/weirdb/weir/operators/function"
)

// Ref says where a row is. A row that came later has a greater Ref; Compact changes Refs, but not their order.
type Ref uint64

func refTo(chunk, row int) Ref { return Ref(chunk)<<32 | Ref(row) }

func (r Ref) chunk() int { return int(r >> 32) }
func (r Ref) row() int32 { return int32(uint32(r)) }

// Store holds rows. One goroutine uses it.
type Store struct {
	schema *arrow.Schema
	mem    memory.Allocator
	chunks []chunk
	stored int // rows in chunks that are not freed
	live   int // those not dropped

	parts   [][]int32 // scratch of Take, by chunk
	touched []int
}

// chunk is a batch of rows; nil once none of them is held.
type chunk struct {
	rows arrow.RecordBatch
	live int
}

// New makes an empty store. It keeps its rows in memory of mem: on the Go heap, a store that is forgotten need not be released.
func New(schema *arrow.Schema, mem memory.Allocator) *Store {
	return &Store{schema: schema, mem: spill.Allocator{Small: mem}}
}

// Len returns how many rows are held.
func (s *Store) Len() int { return s.live }

// Next returns the Ref that the next row added will have. The rows added with it have the Refs that follow.
func (s *Store) Next() Ref { return refTo(len(s.chunks), 0) }

// Add copies the given rows of a batch.
func (s *Store) Add(rows arrow.RecordBatch, index []int32) {
	if len(index) > 0 {
		s.put(function.Select(s.mem, rows, index))
	}
}

// put takes over a batch.
func (s *Store) put(rows arrow.RecordBatch) {
	n := int(rows.NumRows())
	s.chunks = append(s.chunks, chunk{rows: rows, live: n})
	s.stored += n
	s.live += n
}

// Drop forgets rows. Each may be dropped once.
func (s *Store) Drop(refs []Ref) {
	for _, r := range refs {
		c := &s.chunks[r.chunk()]
		c.live--
		if c.live == 0 {
			s.stored -= int(c.rows.NumRows())
			c.rows.Release()
			c.rows = nil
		}
	}
	s.live -= len(refs)
	if s.live == 0 {
		s.chunks = s.chunks[:0]
	}
}

// Release forgets everything.
func (s *Store) Release() {
	for _, c := range s.chunks {
		if c.rows != nil {
			c.rows.Release()
		}
	}
	s.chunks, s.stored, s.live = nil, 0, 0
}
