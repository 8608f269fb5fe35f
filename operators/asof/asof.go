// Package asof is the ASOF join: each left row with the right row of its key that is the newest at its time. A left row goes on
// once the watermark is past its time: every right row that could be its own has come then.
//
//	right  ──a────────b─────────────c──────► event time
//	left   ─────1──────────2──┬──3─────────►
//	           1 with a    2 with b    watermark; 3 waits, a is not needed any more
//
// Of right rows of one key and time, the first to come counts: DuckDB takes any. NULL, in a key or as a time, matches nothing.
// For each key, the right rows behind the watermark are kept, and the newest before it. Which rows are late, late.go says.
package asof

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
	"github.com/weirdb/weir/operators/rowstore"
)

// The operator's inputs.
const (
	Left  = 0
	Right = 1
)

// Config is what an Operator is made from.
type Config struct {
	Kind        plan.JoinKind // InnerJoin, or LeftJoin for left rows without a match too
	Left, Right []types.Field // the columns of the batches to come on each input
	// LeftKeys and RightKeys are columns that have to be equal, in pairs of one type. There may be none.
	LeftKeys, RightKeys []int
	// LeftTime and RightTime are the event-time columns: TIMESTAMP or TIMESTAMP WITH TIME ZONE.
	LeftTime, RightTime int
	Strict              bool // right time < left time, instead of <=
	// Shard is which of the instances this is: rows reach it by Hash of their side's keys. The zero Shard is the only instance.
	Shard engine.Shard
	// Allocator is for the batches that the operator emits. Nil stands for Arrow's default. State is on the Go heap.
	Allocator memory.Allocator
}

// Columns are the operator's output: the left columns, then the right ones.
func (c *Config) Columns() []types.Field { return append(c.Left[:len(c.Left):len(c.Left)], c.Right...) }

// Hash returns a function that hashes the keys of each row of a side. Several goroutines may use it.
func Hash(columns []int) func(rows arrow.RecordBatch, out []uint64) { return keys.HashOf(columns) }

// Operator is the ASOF join. It implements engine.Operator and engine.Snapshotter.
type Operator struct {
	config  Config
	output  *arrow.Schema
	table   *keys.Table // of both sides' keys
	keys    []key       // by group of table
	left    *rowstore.Store
	right   *rowstore.Store
	waiting []leftRow
	bound   int64 // left rows before it are late
	swept   int   // right rows and keys that there were after the last sweep

	// Scratch memory for the batch in hand.
	rows    []uint32 // that have a key and a time
	without []int32  // the others
	groups  []uint32
	kept    []int32
	late    []int32
	columns []arrow.Array
}

// leftRow is a left row that is not final.
type leftRow struct {
	time  int64
	row   rowstore.Ref
	group uint32
}

// New makes the operator, with no state.
func New(c Config) (*Operator, error) {
	if c.Allocator == nil {
		c.Allocator = memory.DefaultAllocator
	}
	if c.Shard.Count == 0 {
		c.Shard.Count = 1
	}
	if err := c.validate(); err != nil {
		return nil, err
	}
	layouts := make([]arrow.DataType, len(c.LeftKeys))
	for i, k := range c.LeftKeys {
		layouts[i] = c.Left[k].Type.Arrow()
	}
	table, err := keys.New(layouts)
	if err != nil {
		return nil, fmt.Errorf("asof: %w", err)
	}
	return &Operator{
		config: c, table: table, bound: noTime, output: types.Schema(c.Columns()),
		left: rowstore.New(types.Schema(c.Left), memory.DefaultAllocator), right: rowstore.New(types.Schema(c.Right), memory.DefaultAllocator),
	}, nil
}
