// Package topn is the operator that keeps, of each key, the rows that rank first: QUALIFY row_number() OVER (PARTITION BY key
// ORDER BY …) <= n, ORDER BY … LIMIT n, and DISTINCT ON. At each flush it emits how the first rows of the keys that were touched
// have changed.
//
//	rows ──► keys ──► key a:  r r r │ r r      in rank order; │ is behind the first n
//	              └─► key b:  r                what is behind is kept only if rows can be taken back
//
// Ranks are compared as bytes: sortkey.go writes the ORDER BY of a row so that bytes compare as DuckDB compares the values. Rows
// that tie rank in the order in which they came.
//
// Rows and their order lie in a few large slices (rows.go, trees.go), so that they may be more than there is memory for.
//
// To rank by another type: a case in field.bind.
package topn

import (
	"errors"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// Config is what an Operator is made from.
type Config struct {
	// Node says what to keep.
	Node *plan.TopN
	// Input are the columns of the batches to come.
	Input []types.Field
	// Shard is which of the instances this is: rows reach it by the hash of Node.Keys. The zero Shard is the only one.
	Shard engine.Shard
	// Allocator is for the batches that the operator makes. Nil stands for Arrow's default.
	Allocator memory.Allocator
}

// New makes the operator, with no rows. It also implements engine.Flusher and engine.Snapshotter.
func New(c Config) (*Operator, error) {
	if c.Allocator == nil {
		c.Allocator = memory.DefaultAllocator
	}
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("topn: %w", err)
	}
	o := &Operator{config: c, node: c.Node, limit: int(c.Node.Limit), owed: map[uint32][]row{}}
	if err := o.bind(); err != nil {
		return nil, fmt.Errorf("topn: %w", err)
	}
	return o, nil
}

func (c *Config) validate() error {
	if c.Node.Limit < 1 {
		return errors.New("the limit has to be 1 or more")
	}
	for _, k := range c.Node.Keys {
		if k < 0 || k >= len(c.Input) {
			return fmt.Errorf("there is no key column %d", k)
		}
	}
	for _, order := range c.Node.Orders {
		if e := order.Expr; e.Kind != plan.Column || e.Index < 0 || e.Index >= len(c.Input) || !e.Type.Equal(c.Input[e.Index].Type) {
			return fmt.Errorf("%s is not a column of the input", order.Expr)
		}
	}
	return nil
}

func layouts(fields []types.Field) []arrow.DataType {
	out := make([]arrow.DataType, len(fields))
	for i, f := range fields {
		out[i] = f.Type.Arrow()
	}
	return out
}
