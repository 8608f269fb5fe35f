// Package session puts rows into session windows and writes a session out once the watermark has closed it. What a session is,
// macro session in windows.sql says: events of a key that are no more than the gap apart belong together.
//
//	key a    ─●──●───●─────────────●──●──────────► event time
//	          └─ session ──┤       └─ session ─┤
//	          start     last+gap = end              watermark past end ──► its rows, each with start and end
//
// A session is closed when watermark > last + gap: an event at the watermark could still be within the gap of one that ended
// there. All rows of a closed session are emitted and forgotten, but for how far it reaches (see late.go).
package session

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
	"github.com/weirdb/weir/operators/rowstore"
)

// Config is what an Operator is made from.
type Config struct {
	Input []types.Field // the columns of the batches to come
	Time  int           // the event-time column: TIMESTAMP or TIMESTAMP WITH TIME ZONE
	Gap   int64         // microseconds, at least 0
	Key   []int         // columns; NULL is a key like any other. Without any, all rows have one key
	// Shard is which of the instances this is: rows reach it by Hash of Key. The zero Shard is the only instance.
	Shard engine.Shard
	// Allocator is for the batches that the operator emits. Nil stands for Arrow's default. State is on the Go heap.
	Allocator memory.Allocator
}

// Columns are the operator's output: the input's columns, window_start and window_end.
func (c *Config) Columns() []types.Field {
	of := c.Input[c.Time].Type
	return append(c.Input[:len(c.Input):len(c.Input)],
		types.Field{Name: "window_start", Type: of}, types.Field{Name: "window_end", Type: of})
}

// Hash returns a function that hashes the key of each row. Several goroutines may use it.
func Hash(columns []int) func(rows arrow.RecordBatch, out []uint64) { return keys.HashOf(columns) }

// Operator is the session window. It implements engine.Operator and engine.Snapshotter.
type Operator struct {
	config   Config
	rows     *rowstore.Store
	table    *keys.Table
	keys     []key // by group of table
	sessions sessions
	due      deadlines
	bound    int64 // sessions that end before it are closed

	crowd  int // how many keys there may be before those that are done with are looked for
	output *output

	// Scratch memory for the batch in hand.
	groups  []uint32
	timed   []uint32 // rows that have a time
	kept    []int32
	late    []int32
	columns []arrow.Array
}

// fewKeys may be done with without it being worth the search.
const fewKeys = 1024

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
	layouts := make([]arrow.DataType, len(c.Key))
	for i, k := range c.Key {
		layouts[i] = c.Input[k].Type.Arrow()
	}
	table, err := keys.New(layouts)
	if err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	rows := rowstore.New(types.Schema(c.Input), memory.DefaultAllocator)
	return &Operator{config: c, table: table, rows: rows, bound: noTime, crowd: fewKeys, output: newOutput(&c)}, nil
}

// maxGap keeps times and gaps from overflowing.
const maxGap = 1000 * 366 * 24 * 3600 * 1_000_000

func (c *Config) validate() error {
	for _, i := range append([]int{c.Time}, c.Key...) {
		if i < 0 || i >= len(c.Input) {
			return fmt.Errorf("session: there is no column %d in the input", i)
		}
	}
	if t := c.Input[c.Time].Type; t.ID != types.Timestamp && t.ID != types.TimestampTZ {
		return fmt.Errorf("session: the event time %s is %s: it has to be a TIMESTAMP or a TIMESTAMP WITH TIME ZONE", c.Input[c.Time].Name, t)
	}
	if c.Gap < 0 || c.Gap > maxGap {
		return fmt.Errorf("session: the gap is %d microseconds: it has to be between 0 and a thousand years", c.Gap)
	}
	return nil
}
