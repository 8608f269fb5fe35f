package operators

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// Build compiles a plan into a query.
func Build(name string, root plan.Node, output []types.Field, c Config) (engine.Query, error) {
	if c.Allocator == nil {
		c.Allocator = memory.DefaultAllocator
	}
	g := &graph{builder: &builder{config: c}}
	results, err := g.place(root)
	if err != nil {
		return engine.Query{}, fmt.Errorf("view %s: %w", name, err)
	}
	q := engine.Query{Name: name, Results: g.numbers(results), Output: output}
	anew := looksUp(root)
	for _, in := range g.inputs {
		q.Inputs = append(q.Inputs, engine.Input{
			Source: in.scan.Source, Anew: anew && in.scan.Table, Read: in.scan.Read, EventTime: in.scan.EventTime, New: in.newInput,
		})
	}
	for _, s := range g.stages {
		first := s.nodes[0]
		st := engine.Stage{Name: plan.KindOf(first), New: s.newStage, Behind: behind(first), Gathers: gathers(first), Passes: passes(first), Anew: anew && isAnew(first)}
		for _, e := range s.edges {
			st.Edges = append(st.Edges, engine.Edge{From: g.number(e.from), Input: e.input, Split: e.exchange.split, EventTime: e.exchange.eventTime})
		}
		q.Stages = append(q.Stages, st)
	}
	return q, g.try(name)
}

// graph is a query in the making.
//
//	place(aggregate)                 stage 0: aggregate ◄─── edge
//	  place(project)                                           │
//	    place(filter)                input 0: filter, project ─┘
//	      place(scan)
type graph struct {
	builder *builder
	inputs  []*link
	stages  []*link
}

// link is the chain of an input or a stage: plan nodes from the bottom up.
type link struct {
	builder *builder
	scan    *plan.Scan // nil for a stage
	nodes   []plan.Node
	edges   []draftEdge // of a stage
}

// draftEdge brings the rows of a link to a stage.
type draftEdge struct {
	from     *link
	input    int
	exchange *exchange
}

// place adds a node and all below it, and returns the links whose rows are the node's: several for a union.
func (g *graph) place(n plan.Node) ([]*link, error) {
	switch n := n.(type) {
	case *plan.Scan:
		in := &link{builder: g.builder, scan: n}
		if n.Unique != nil {
			return g.place(n.Deduplicated())
		}
		g.inputs = append(g.inputs, in)
		return []*link{in}, nil
	case *plan.Union:
		return g.placeAll(n.From)
	case *plan.Filter, *plan.Project, *plan.Expand:
		links, err := g.place(n.Inputs()[0])
		for _, l := range links {
			l.nodes = append(l.nodes, n)
		}
		return links, err
	}
	stage := &link{builder: g.builder, nodes: []plan.Node{n}}
	exchanges, err := exchangesOf(n, g.builder.config.Allocator)
	if err != nil {
		return nil, err
	}
	for i, in := range n.Inputs() {
		from, err := g.place(in)
		if err != nil {
			return nil, err
		}
		for _, l := range from {
			stage.edges = append(stage.edges, draftEdge{from: l, input: i, exchange: exchanges[i]})
		}
	}
	g.stages = append(g.stages, stage)
	return []*link{stage}, nil
}

func (g *graph) placeAll(nodes []plan.Node) ([]*link, error) {
	var out []*link
	for _, n := range nodes {
		links, err := g.place(n)
		if err != nil {
			return nil, err
		}
		out = append(out, links...)
	}
	return out, nil
}

// number is a link's number among the query's nodes: inputs first.
func (g *graph) number(l *link) int {
	for i, in := range g.inputs {
		if in == l {
			return i
		}
	}
	for i, s := range g.stages {
		if s == l {
			return len(g.inputs) + i
		}
	}
	panic("a link that was not placed")
}

func (g *graph) numbers(links []*link) []int {
	out := make([]int, len(links))
	for i, l := range links {
		out[i] = g.number(l)
	}
	return out
}

// try makes every chain once, so that what does not work is known before the query runs.
func (g *graph) try(name string) error {
	for _, l := range append(g.inputs[:len(g.inputs):len(g.inputs)], g.stages...) {
		if _, err := l.newStage(engine.Shard{Index: 0, Count: 1}); err != nil {
			return fmt.Errorf("view %s: %w", name, err)
		}
	}
	return nil
}

func (l *link) newInput(worker int) ([]engine.Operator, error) {
	return l.newStage(engine.Shard{Index: worker, Count: 1})
}

func (l *link) newStage(s engine.Shard) ([]engine.Operator, error) {
	ops := make([]engine.Operator, 0, len(l.nodes))
	for _, n := range l.nodes {
		op, err := l.builder.operator(n, s)
		if err != nil {
			return nil, err
		}
		ops = append(ops, op)
	}
	return ops, nil
}
