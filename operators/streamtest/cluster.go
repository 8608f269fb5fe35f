package streamtest

import (
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/operators/function"
)

// Stateful is an operator whose state can be moved.
type Stateful interface {
	engine.Operator
	engine.Snapshotter
}

// Cluster is one operator on several shards.
type Cluster struct {
	T      testing.TB
	New    func(engine.Shard) (Stateful, error)
	Hash   []func(arrow.RecordBatch, []uint64) // of each input
	Random *rand.Rand
	Out    *Table
	shards []Stateful
}

// Start begins with so many fresh shards.
func (c *Cluster) Start(n int) {
	c.T.Helper()
	if c.Out == nil {
		c.Out = &Table{}
	}
	c.shards = nil
	for i := range n {
		o, err := c.New(engine.Shard{Index: i, Count: n})
		Must(c.T, err)
		c.shards = append(c.shards, o)
	}
}

// Process sends each row to its shard, in slices of a random size, with offsets into larger batches.
func (c *Cluster) Process(input int, rows arrow.RecordBatch) {
	c.T.Helper()
	for from := int64(0); from < rows.NumRows(); {
		to := min(rows.NumRows(), from+1+c.Random.Int64N(60))
		part := rows.NewSlice(from, to)
		c.send(input, part)
		part.Release()
		from = to
	}
}

func (c *Cluster) send(input int, rows arrow.RecordBatch) {
	c.T.Helper()
	hashes := make([]uint64, rows.NumRows())
	c.Hash[input](rows, hashes)
	for s, o := range c.shards {
		var index []int32
		for i, h := range hashes {
			if (engine.Shard{Index: s, Count: len(c.shards)}).Owns(h) {
				index = append(index, int32(i))
			}
		}
		part := function.Select(memory.DefaultAllocator, rows, index)
		Must(c.T, o.Process(input, engine.Batch{Rows: part}, c.Out))
	}
}

// Advance moves the watermark of all shards.
func (c *Cluster) Advance(wm engine.Time) {
	c.T.Helper()
	for _, o := range c.shards {
		Must(c.T, o.Advance(wm, c.Out))
	}
}

// Move restarts the operator on another number of shards.
func (c *Cluster) Move(n int) {
	c.T.Helper()
	var states []memoryState
	for _, o := range c.shards {
		s := memoryState{}
		Must(c.T, o.Snapshot(s))
		states = append(states, s)
	}
	c.Start(n)
	for _, s := range states {
		for i, o := range c.shards {
			Must(c.T, o.Restore(shardState{s, engine.Shard{Index: i, Count: n}}))
		}
		s.release()
	}
}
