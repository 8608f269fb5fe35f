// Package join is the operator that pairs the rows of two inputs. Both sides are kept by key; a row that comes meets the rows
// that the other side has.
//
//	left row ──► keys ──► number of its key ──► the chain of that key's right rows ──► pairs ──► residual ──► out
//	                      └────────────────────► joins the chain of its own side
//
// Two sides share one table of keys, so that one look-up finds both chains. Rows are kept by column in pages (rows.go), and
// output is gathered from them a batch of pairs at a time.
//
// It works in one of three ways:
//
//   - Changes: rows come and go. Pairs are emitted at once; what depends on whether a row has any match (outer, semi and anti
//     joins) is settled at Flush, which emits the difference to what was emitted before (settle.go).
//   - Final: rows only come. Pairs are emitted when both rows are there, a row without a match when the watermark proves that
//     none can come, or at the end of the input (advance.go, which says which rows are late).
//   - Lookup: right rows come and go, left rows only come, and are joined with the right ones that are there (lookup.go).
//
// To keep a new layout of values: a case in newColumn.
package join

import (
	"errors"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

// Config is what an Operator is made from.
type Config struct {
	// Node says what to pair. Its inputs are not looked at.
	Node *plan.Join
	// Left and Right are the columns of inputs 0 and 1. Those of a key pair have equal types.
	Left, Right []types.Field
	// Shard is which of the instances this is: rows of both inputs reach it by Hash of their key columns, in the keys' order.
	// Without keys all rows hash alike, and one shard has all. The zero Shard is the only instance.
	Shard engine.Shard
	// Evaluator computes the parts of Node.Residual that have no kernel. Nil if all have.
	Evaluator engine.Evaluator
	// Allocator is for the batches that the operator makes. Nil stands for Arrow's default.
	Allocator memory.Allocator
}

// Hash returns a function that hashes the given columns of each row, for keys of the left or of the right: equal keys hash
// equal. The function may be used by several goroutines.
func Hash(columns []int) func(rows arrow.RecordBatch, out []uint64) {
	return func(rows arrow.RecordBatch, out []uint64) {
		keys.Hash(pick(rows.Columns(), columns, nil), out)
	}
}

// pick appends the chosen columns to dst.
func pick(columns []arrow.Array, chosen []int, dst []arrow.Array) []arrow.Array {
	for _, c := range chosen {
		dst = append(dst, columns[c])
	}
	return dst
}

// New makes the operator, with no state. It also implements engine.Flusher and engine.Snapshotter.
func New(c Config) (engine.Operator, error) {
	if c.Allocator == nil {
		c.Allocator = memory.DefaultAllocator
	}
	if err := c.validate(); err != nil {
		return nil, err
	}
	o := &Operator{config: c, node: c.Node, watermark: engine.MinTime, slack: usualSlack}
	residual, err := newResidual(&c)
	if err != nil {
		return nil, err
	}
	o.residual = residual
	o.output = newOutput(&c)
	if err := o.reset(); err != nil {
		return nil, err
	}
	o.bounds = widen(c.Node.Bounds, o.sides[0].times, o.sides[1].times)
	return o, nil
}

func (c *Config) validate() error {
	switch c.Node.Kind {
	case plan.InnerJoin, plan.LeftJoin, plan.RightJoin, plan.FullJoin, plan.SemiJoin, plan.AntiJoin:
	default:
		return fmt.Errorf("join: there is no %q join", c.Node.Kind)
	}
	if n := c.Node; n.Lookup && (n.Changes || n.Bounds != nil || n.Kind == plan.RightJoin || n.Kind == plan.FullJoin) {
		return fmt.Errorf("join: a %s look-up of changes, or with bounds, has no meaning", n.Kind)
	}
	if b := c.Node.Bounds; b != nil && len(c.Node.Residual) == 0 {
		return errors.New("join: bounds without the condition that they come from")
	}
	for _, k := range c.Node.Keys {
		if k.Left < 0 || k.Left >= len(c.Left) || k.Right < 0 || k.Right >= len(c.Right) {
			return fmt.Errorf("join: there are no key columns %d and %d", k.Left, k.Right)
		}
		if l, r := c.Left[k.Left], c.Right[k.Right]; !l.Type.Equal(r.Type) {
			return fmt.Errorf("join: %s is %s, but %s is %s", l.Name, l.Type, r.Name, r.Type)
		}
	}
	return nil
}

// existence says that only whether a key is there counts: the right rows need not be kept.
func (c *Config) existence() bool {
	n := c.Node
	return (n.Kind == plan.SemiJoin || n.Kind == plan.AntiJoin) && len(n.Residual) == 0
}
