package operators

import (
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/operators/aggregate"
	"github.com/weirdb/weir/operators/function"
)

// splitter divides rows by the hash of key columns. Several goroutines use it.
type splitter struct {
	hash    func(arrow.RecordBatch, []uint64)
	mem     memory.Allocator
	scratch sync.Pool // of *splitting
}

// splitting is the scratch memory for one batch.
//
//	shards   0 1 1 0 1          of each row
//	ends     2 5                of each shard's part of index
//	index    0 3 | 1 2 4        rows, by shard
type splitting struct {
	hashes []uint64
	index  []int32
	ends   []int32
}

func newSplitter(columns []int, mem memory.Allocator) *splitter {
	s := &splitter{hash: aggregate.Hash(columns), mem: mem}
	s.scratch.New = func() any { return &splitting{} }
	return s
}

// split implements engine.Edge.Split.
func (s *splitter) split(b engine.Batch, shards int) ([]engine.Batch, error) {
	work := s.scratch.Get().(*splitting)
	defer s.scratch.Put(work)
	work.resize(int(b.Rows.NumRows()), shards)
	s.hash(b.Rows, work.hashes)
	work.divide(uint64(shards))
	parts := make([]engine.Batch, shards)
	from := int32(0)
	for shard, to := range work.ends {
		switch index := work.index[from:to]; len(index) {
		case 0:
		case len(work.index):
			parts[shard] = b.Retain()
		default:
			parts[shard] = engine.Batch{Rows: function.Select(s.mem, b.Rows, index), Weights: pick(b.Weights, index)}
		}
		from = to
	}
	return parts, nil
}

// pick returns the weights of some rows; nil for nil.
func pick(weights []int8, index []int32) []int8 {
	if weights == nil {
		return nil
	}
	out := make([]int8, len(index))
	for i, at := range index {
		out[i] = weights[at]
	}
	return out
}

func (w *splitting) resize(rows, shards int) {
	if cap(w.hashes) < rows {
		w.hashes, w.index = make([]uint64, rows), make([]int32, rows)
	}
	if cap(w.ends) < shards {
		w.ends = make([]int32, shards)
	}
	w.hashes, w.index, w.ends = w.hashes[:rows], w.index[:rows], w.ends[:shards]
}

// divide sorts the rows by shard, which takes the place of the hash.
func (w *splitting) divide(shards uint64) {
	clear(w.ends)
	if shards&(shards-1) == 0 { // a remainder costs more than all else here
		for i, h := range w.hashes {
			w.hashes[i] = h & (shards - 1)
		}
	} else {
		for i, h := range w.hashes {
			w.hashes[i] = h % shards
		}
	}
	for _, shard := range w.hashes {
		w.ends[shard]++
	}
	start := int32(0)
	for shard, n := range w.ends {
		w.ends[shard] = start
		start += n
	}
	for i, shard := range w.hashes {
		w.index[w.ends[shard]] = int32(i)
		w.ends[shard]++
	}
}
