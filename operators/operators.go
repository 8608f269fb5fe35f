// Package operators turns plans into operators. Each folder below it is one operator, or the functions that operators compute
// with; this package joins them into the stages of a query.
//
//	project  window_start, …                          ┐ stage 1, one chain a shard
//	  aggregate count(*) by window_start, auction     ┘   rows split by the hash of the group keys
//	    project  tumble(date_time), auction           ┐ stage 0, one chain a worker
//	      filter price > 100                          ┘   rows stay with their partition
//	        scan bid
//
// To add an operator: a folder with New, a case in build.operator; a function, aggregate or detector: a file and a line in the
// list of its folder.
package operators

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/aggregate"
	"github.com/weirdb/weir/operators/filter"
	"github.com/weirdb/weir/operators/function"
	"github.com/weirdb/weir/operators/project"
)

// Config is what operators are made with.
type Config struct {
	// Evaluators compute what has no kernel, one for each shard: entry i is used by one goroutine at a time.
	Evaluators []engine.Evaluator
	Allocator  memory.Allocator // nil for Arrow's default
}

// Build compiles a plan into a query.
func Build(name string, root plan.Node, output []types.Field, c Config) (engine.Query, error) {
	if c.Allocator == nil {
		c.Allocator = memory.DefaultAllocator
	}
	scan := plan.Scans(root)[0]
	q := engine.Query{Name: name, Source: scan.Source, Read: scan.Read, EventTime: scan.EventTime, Output: output}
	for i, nodes := range cut(root) {
		b := &builder{config: c, nodes: nodes}
		stage := engine.Stage{New: b.chain, EventTime: -1}
		if i > 0 {
			first := nodes[0].(*plan.Aggregate)
			stage.EventTime, stage.Split = first.EventTime, newSplitter(first, c.Allocator).split
		}
		q.Stages = append(q.Stages, stage)
		if _, err := b.chain(engine.Shard{Index: 0, Count: 1}); err != nil {
			return q, fmt.Errorf("view %s: %w", name, err)
		}
	}
	return q, nil
}

// cut lists the nodes above the scan from the bottom up, a new stage before each aggregate. Stage 0 may be empty.
func cut(root plan.Node) [][]plan.Node {
	if len(root.Inputs()) == 0 {
		return [][]plan.Node{nil}
	}
	stages := cut(root.Inputs()[0])
	if _, keyed := root.(*plan.Aggregate); keyed {
		return append(stages, []plan.Node{root})
	}
	last := len(stages) - 1
	stages[last] = append(stages[last], root)
	return stages
}

// builder makes the chains of one stage.
type builder struct {
	config Config
	nodes  []plan.Node
}

func (b *builder) chain(s engine.Shard) ([]engine.Operator, error) {
	ops := make([]engine.Operator, 0, len(b.nodes))
	for _, n := range b.nodes {
		op, err := b.operator(n, s)
		if err != nil {
			return nil, err
		}
		ops = append(ops, op)
	}
	return ops, nil
}

func (b *builder) operator(n plan.Node, s engine.Shard) (engine.Operator, error) {
	eval, mem := b.config.Evaluators[s.Index], b.config.Allocator
	switch n := n.(type) {
	case *plan.Filter:
		return filter.New(n.Predicates, n.From.Columns(), eval, mem)
	case *plan.Project:
		return project.New(n.Exprs, n.Names, n.From.Columns(), eval, mem)
	case *plan.Aggregate:
		return b.aggregate(n, s)
	}
	return nil, fmt.Errorf("no operator for %s", n.Describe())
}

func (b *builder) aggregate(n *plan.Aggregate, s engine.Shard) (engine.Operator, error) {
	c := aggregate.Config{Node: n, Input: n.From.Columns(), Shard: s, Allocator: b.config.Allocator}
	if n.Window != nil {
		key, err := newWindowKey(n.Window.Of, b.config.Evaluators[s.Index], b.config.Allocator)
		if err != nil {
			return nil, err
		}
		c.Close = key.at
	}
	return aggregate.New(c)
}

// windowKey computes the key that an event at a given time has.
type windowKey struct {
	program *function.Program
	column  types.Type
	mem     memory.Allocator
}

func newWindowKey(of *plan.Expr, eval engine.Evaluator, mem memory.Allocator) (*windowKey, error) {
	column := eventTimeType(of)
	program, err := function.Compile([]*plan.Expr{of}, []types.Field{{Name: "event_time", Type: column}}, eval, mem)
	if err != nil {
		return nil, fmt.Errorf("window key %s: %w", of, err)
	}
	return &windowKey{program: program, column: column, mem: mem}, nil
}

// eventTimeType is the type of the one column that a window key is computed from.
func eventTimeType(of *plan.Expr) types.Type {
	if of.Kind == plan.Column {
		return of.Type
	}
	for _, a := range of.Args {
		if t := eventTimeType(a); t.ID != types.Null {
			return t
		}
	}
	return types.Type{}
}

// at returns the key's physical value: microseconds, days, or the integer itself.
func (k *windowKey) at(t engine.Time) (int64, error) {
	b := array.NewTimestampBuilder(k.mem, k.column.Arrow().(*arrow.TimestampType))
	defer b.Release()
	b.Append(arrow.Timestamp(t))
	times := b.NewArray()
	defer times.Release()
	row := array.NewRecordBatch(types.Schema([]types.Field{{Name: "event_time", Type: k.column}}), []arrow.Array{times}, 1)
	defer row.Release()
	out, err := k.program.Run(row)
	if err != nil {
		return 0, fmt.Errorf("window key of the watermark: %w", err)
	}
	defer out[0].Release()
	return physical(out[0])
}

func physical(a arrow.Array) (int64, error) {
	switch a := a.(type) {
	case *array.Timestamp:
		return int64(a.Value(0)), nil
	case *array.Date32:
		return int64(a.Value(0)), nil
	case *array.Int64:
		return a.Value(0), nil
	case *array.Int32:
		return int64(a.Value(0)), nil
	}
	return 0, fmt.Errorf("window key has the layout %s", a.DataType())
}
