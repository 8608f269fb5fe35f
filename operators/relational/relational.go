// Package relational is the operator for what has no operator of its own: it keeps the rows of its inputs, grouped by key, and
// lets DuckDB compute the answer over the rows of a key, when the key's window closes or, at each flush, when the key has changed.
//
//	                 ┌─ pane 10:00   key a   in0: r r r   in1: r     answer: r r
//	rows ──by window─┤               key b   in0: r       in1:       answer: r
//	                 └─ pane 10:10   key a   in0: r       in1: r r   answer: r
//
//	closing:  watermark 10:13 ──► pane 10:00 ──► SELECT over its rows ──► +1 rows; the pane is dropped, its rows are late from now on
//	changes:  flush ──► keys touched since the last one ──► SELECT over their rows ──► answer now less answer before, as -1 and +1
//
// It computes nothing itself: what the rows mean is in the SQL of plan.Relational. What a key's answer was is kept, not computed
// again: where rows tie in an ORDER BY, DuckDB may answer otherwise the next time. So a restart is given what was emitted (recall.go).
package relational

import (
	"errors"
	"fmt"
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

// Config is what an Operator is made from.
type Config struct {
	// Node says what to compute.
	Node *plan.Relational
	// Inputs are the columns of the batches to come, for each input.
	Inputs [][]types.Field
	// Shard is which of the instances this is: rows of input i reach it by Hash of Node.Keys[i]. The zero Shard is the only one.
	Shard engine.Shard
	// Close evaluates Node.Window.Of for a watermark: the least key that is still open, as Arrow holds it, in its own unit. It is
	// not called for MinTime and MaxTime. Needed where Node.Window is set.
	Close func(watermark engine.Time) (int64, error)
	// Tables runs the SQL.
	Tables engine.Tables
	// Allocator is for the rows that the operator keeps and the batches that it makes. Nil stands for Arrow's default.
	Allocator memory.Allocator
}

// Hash returns a function that hashes the given columns of each row. Rows with equal keys hash equal, as GROUP BY means equal.
// The function may be used by several goroutines.
func Hash(columns []int) func(rows arrow.RecordBatch, out []uint64) {
	return func(rows arrow.RecordBatch, out []uint64) { keys.Hash(pick(rows, columns), out) }
}

func pick(rows arrow.RecordBatch, columns []int) []arrow.Array {
	picked := make([]arrow.Array, len(columns))
	for i, c := range columns {
		picked[i] = rows.Column(c)
	}
	return picked
}

// New makes the operator, with no rows. It implements engine.Flusher, engine.Snapshotter and engine.Decider, too.
func New(c Config) (engine.Operator, error) {
	if c.Allocator == nil {
		c.Allocator = memory.DefaultAllocator
	}
	if c.Shard.Count == 0 {
		c.Shard.Count = 1
	}
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("relational: %w", err)
	}
	o := &Operator{config: c, bound: openBound(), passed: math.MinInt64, asks: questionRows}
	if err := o.bind(); err != nil {
		return nil, fmt.Errorf("relational: %s: %w", c.Node.What, err)
	}
	return o, nil
}

func (c *Config) validate() error {
	node := c.Node
	switch {
	case len(node.Keys) != max(1, len(c.Inputs)):
		return fmt.Errorf("%d inputs, and keys for %d", len(c.Inputs), len(node.Keys))
	case node.Window != nil && c.Close == nil:
		return errors.New("a window needs Close")
	case node.Always && len(node.Keys[0]) > 0:
		return errors.New("an answer over no rows has no key")
	case node.KeyOut != nil && len(node.KeyOut) != len(node.Keys[0]):
		return fmt.Errorf("%d columns hold a key of %d", len(node.KeyOut), len(node.Keys[0]))
	}
	for i := range c.Inputs {
		if err := c.checkKey(i); err != nil {
			return fmt.Errorf("key of input %d: %w", i, err)
		}
	}
	return c.checkWindow()
}

func (c *Config) checkKey(input int) error {
	key := c.Node.Keys[input]
	if len(key) != len(c.Node.Keys[0]) {
		return fmt.Errorf("%d columns, and %d in the first input", len(key), len(c.Node.Keys[0]))
	}
	for i, column := range key {
		if column < 0 || column >= len(c.Inputs[input]) {
			return fmt.Errorf("there is no column %d", column)
		}
		if has, want := c.Inputs[input][column].Type, c.keyTypes()[i]; !has.Equal(want) {
			return fmt.Errorf("column %d is %s, and %s in the first input", column, has, want)
		}
	}
	return nil
}

func (c *Config) checkWindow() error {
	if c.Node.Window == nil {
		return nil
	}
	group := c.Node.Window.Group
	if group < 0 || group >= len(c.Node.Keys[0]) {
		return fmt.Errorf("there is no key %d for the window", group)
	}
	if t := c.keyTypes()[group]; !windowType(t) {
		return fmt.Errorf("the window key is %s: it has to be a date, a timestamp or an integer", t)
	}
	return nil
}

// keyTypes are the types of the key's columns.
func (c *Config) keyTypes() []types.Type {
	out := make([]types.Type, len(c.Node.Keys[0]))
	for i, column := range c.Node.Keys[0] {
		out[i] = c.Inputs[0][column].Type
	}
	return out
}
