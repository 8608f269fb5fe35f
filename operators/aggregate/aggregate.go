// Package aggregate is the operator behind GROUP BY: it keeps accumulators for each group, and emits the groups of a window
// when the watermark closes it, or what has changed at each flush.
//
//	rows ──split by window key──► pane 10:00 ┐
//	                              pane 10:10 ├ each: group table (package keys) + one accumulator for each call
//	                              pane 10:20 ┘
//	watermark 10:13 ──► Close = 10:10 ──► panes before 10:10 emit their groups and are dropped; their rows are late from now on
//
// It evaluates no expressions: groups, arguments and filters are columns of its input. To add a function, see Functions.
package aggregate

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
	// Node says what to compute. Its groups, arguments and filters are columns.
	Node *plan.Aggregate
	// Input are the columns of the batches to come.
	Input []types.Field
	// Shard is which of the instances this is: rows reach it by Hash of the node's group columns, in their order. The zero
	// Shard is the only instance.
	Shard engine.Shard
	// Close evaluates Node.Window.Of for a watermark: the group key as Arrow holds it, in its own unit. It is not called for
	// MinTime and MaxTime. Needed where Node.Window is set.
	Close func(watermark engine.Time) (int64, error)
	// Allocator is for the batches that the operator makes. Nil stands for Arrow's default.
	Allocator memory.Allocator
}

// Hash returns a function that hashes the given columns of each row. Rows with equal group keys hash equal, as GROUP BY
// means equal. The function may be used by several goroutines.
func Hash(columns []int) func(rows arrow.RecordBatch, out []uint64) {
	return func(rows arrow.RecordBatch, out []uint64) {
		picked := make([]arrow.Array, len(columns))
		for i, c := range columns {
			picked[i] = rows.Column(c)
		}
		keys.Hash(picked, out)
	}
}

// New makes the operator, with no state. It refuses calls that Check refuses, and plans that never emit.
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
	o := &Operator{config: c, bound: openBound(), passed: math.MinInt64}
	if err := o.bind(); err != nil {
		return nil, err
	}
	o.output = newOutput(c.Allocator, c.Node, o.window)
	results, err := newResultRows(o)
	if err != nil {
		return nil, err
	}
	o.results = results
	return o, o.begin()
}

func (c *Config) validate() error {
	switch {
	case c.Node.Window == nil && !c.Node.Changes:
		return errors.New("aggregate: no window closes the groups: the node has to emit changes")
	case c.Node.Window != nil && c.Close == nil:
		return errors.New("aggregate: a window needs Close")
	case c.Node.Retracts && !c.Node.Changes:
		return errors.New("aggregate: rows that are written once cannot be taken back")
	case len(c.Node.Groups)+len(c.Node.Calls) == 0:
		return errors.New("aggregate: no groups and no calls")
	}
	for _, g := range c.Node.Groups {
		if err := c.column("group", g); err != nil {
			return err
		}
	}
	for i := range c.Node.Calls {
		if err := c.call(&c.Node.Calls[i]); err != nil {
			return err
		}
	}
	return nil
}

func (c *Config) call(call *plan.AggregateCall) error {
	if err := Check(call); err != nil {
		return err
	}
	for _, a := range call.Args[:find(call.Name).columns(call)] {
		if err := c.column("argument", a); err != nil {
			return err
		}
	}
	if call.Filter != nil {
		return c.column("filter", call.Filter)
	}
	return nil
}

// column checks that e is a column of the input.
func (c *Config) column(role string, e *plan.Expr) error {
	if e.Kind != plan.Column || e.Index < 0 || e.Index >= len(c.Input) {
		return fmt.Errorf("aggregate: %s %s is not a column of the input", role, e)
	}
	if has := c.Input[e.Index].Type; !has.Equal(e.Type) {
		return fmt.Errorf("aggregate: %s %s is %s, but column %d of the input is %s", role, e, e.Type, e.Index, has)
	}
	return nil
}
