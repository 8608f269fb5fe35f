// Package operators turns plans into operators. Each folder below it is one operator, or the functions that operators compute
// with; this package joins them into the inputs and stages of a query.
//
//	project  window_start, …                          ┐ stage, one chain a shard
//	  aggregate count(*) by window_start, auction     ┘   rows split by the hash of the group keys
//	    project  tumble(date_time), auction           ┐ input, one chain a worker
//	      filter price > 100                          ┘   rows stay with their partition
//	        scan bid
//
// To add an operator: a folder with New, a case in builder.operator and, if rows meet in it, one in exchangesOf; a function,
// aggregate or detector: a file and a line in the list of its folder.
package operators

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/aggregate"
	"github.com/weirdb/weir/operators/alert"
	"github.com/weirdb/weir/operators/asof"
	"github.com/weirdb/weir/operators/expand"
	"github.com/weirdb/weir/operators/expire"
	"github.com/weirdb/weir/operators/filter"
	"github.com/weirdb/weir/operators/join"
	"github.com/weirdb/weir/operators/over"
	"github.com/weirdb/weir/operators/project"
	"github.com/weirdb/weir/operators/relational"
	"github.com/weirdb/weir/operators/session"
	"github.com/weirdb/weir/operators/topn"
	"github.com/weirdb/weir/operators/unique"
)

// Config is what operators are made with.
type Config struct {
	// Evaluator and Tables compute what has no kernel; all chains of all queries use them, as many at once as there are workers.
	Evaluator engine.Evaluator
	Tables    engine.Tables
	Allocator memory.Allocator // nil for Arrow's default
}

// builder makes the operators of one query.
type builder struct{ config Config }

func (b *builder) operator(n plan.Node, s engine.Shard) (engine.Operator, error) {
	eval, mem := b.config.Evaluator, b.config.Allocator
	switch n := n.(type) {
	case *plan.Filter:
		return filter.New(n.Predicates, n.From.Columns(), eval, mem)
	case *plan.Project:
		return project.New(n.Exprs, n.Names, n.From.Columns(), eval, mem)
	case *plan.Expand:
		return expand.New(n, eval, mem)
	case *plan.Aggregate:
		return b.aggregate(n, s)
	case *plan.Relational:
		return b.relational(n, s)
	case *plan.Join:
		return join.New(join.Config{Node: n, Left: n.Left.Columns(), Right: n.Right.Columns(), Shard: s, Evaluator: eval, Allocator: mem})
	case *plan.Expire:
		return expire.New(n, mem), nil
	case *plan.Unique:
		return unique.New(n, mem)
	case *plan.Alert:
		return b.alert(n)
	case *plan.TopN:
		return topn.New(topn.Config{Node: n, Input: n.From.Columns(), Shard: s, Allocator: mem})
	case *plan.Over:
		return b.over(n, s)
	case *plan.Asof:
		return b.asof(n, s)
	case *plan.Session:
		return session.New(session.Config{Input: n.From.Columns(), Time: n.Time, Gap: n.Gap, Key: n.Keys, Shard: s, Allocator: mem})
	}
	return nil, fmt.Errorf("no operator for %s", n.Describe())
}

func (b *builder) aggregate(n *plan.Aggregate, s engine.Shard) (engine.Operator, error) {
	closes, err := b.closes(n.Window)
	if err != nil {
		return nil, err
	}
	return aggregate.New(aggregate.Config{Node: n, Input: n.From.Columns(), Shard: s, Allocator: b.config.Allocator, Close: closes})
}

func (b *builder) alert(n *plan.Alert) (engine.Operator, error) {
	closes, err := b.closes(n.Time)
	if err != nil {
		return nil, err
	}
	return alert.New(alert.Config{Node: n, Close: closes, Allocator: b.config.Allocator})
}

func (b *builder) over(n *plan.Over, s engine.Shard) (engine.Operator, error) {
	closes, err := b.closes(n.Window)
	if err != nil {
		return nil, err
	}
	return over.New(over.Config{Node: n, Input: n.From.Columns(), Shard: s, Closes: closes, Tables: b.config.Tables, Allocator: b.config.Allocator})
}

func (b *builder) asof(n *plan.Asof, s engine.Shard) (engine.Operator, error) {
	c := asof.Config{
		Kind: n.Kind, Left: n.Left.Columns(), Right: n.Right.Columns(), LeftTime: n.LeftTime, RightTime: n.RightTime, Strict: n.Strict,
		Shard: s, Allocator: b.config.Allocator,
	}
	for _, k := range n.Keys {
		c.LeftKeys, c.RightKeys = append(c.LeftKeys, k.Left), append(c.RightKeys, k.Right)
	}
	return asof.New(c)
}

func (b *builder) relational(n *plan.Relational, s engine.Shard) (engine.Operator, error) {
	closes, err := b.closes(n.Window)
	if err != nil {
		return nil, err
	}
	inputs := make([][]types.Field, len(n.From))
	for i, in := range n.From {
		inputs[i] = in.Columns()
	}
	return relational.New(relational.Config{
		Node: n, Inputs: inputs, Shard: s, Close: closes, Tables: b.config.Tables, Allocator: b.config.Allocator,
	})
}

// closes computes a window key's value for a watermark; nil if there is none.
func (b *builder) closes(w *plan.WindowKey) (func(engine.Time) (int64, error), error) {
	if w == nil {
		return nil, nil
	}
	key, err := newWindowKey(w.Of, b.config.Evaluator, b.config.Allocator)
	if err != nil {
		return nil, err
	}
	return key.at, nil
}
