package planner

import (
	"slices"

	"github.com/weirdb/weir/engine/plan"
)

// filterHops puts a filter on a node. The one that hop() ends with, ts < window_start + size, becomes part of the list of windows, as
// far as window_start is the window's: if the rows have a column of this name already, the macro means that one.
//
//	filter ts < start + size                       unnest weir_hop(ts, slide, size) AS start
//	  unnest weir_hop_range(ts, slide, size)  ──►
func filterHops(from plan.Node, predicates []*plan.Expr) plan.Node {
	expand, ok := from.(*plan.Expand)
	if !ok {
		return &plan.Filter{From: from, Predicates: predicates}
	}
	hops := *expand
	hops.Lists, hops.Names = slices.Clone(expand.Lists), slices.Clone(expand.Names)
	left := predicates[:0:0]
	for _, p := range predicates {
		if !takesHopFilter(&hops, p) {
			left = append(left, p)
		}
	}
	if len(left) == 0 {
		return &hops
	}
	for i, p := range left {
		left[i] = settleExpr(p, hops.Columns())
	}
	return &plan.Filter{From: &hops, Predicates: left}
}

// takesHopFilter makes the list that p is the filter of one of windows that hold their time; false if there is none.
func takesHopFilter(n *plan.Expand, p *plan.Expr) bool {
	if p.Name == plan.Greater {
		p = plan.Fn(plan.Less, p.Type, p.Args[1], p.Args[0])
	}
	for i, list := range n.Lists {
		if list.Name != plan.HopRange {
			continue
		}
		start := plan.Col(len(n.From.Columns())+i, "", list.Type.Element())
		ts := list.Args[0]
		if !ts.Type.Equal(start.Type) { // a DATE
			ts = &plan.Expr{Kind: plan.Cast, Type: start.Type, Args: []*plan.Expr{ts}, Pos: -1}
		}
		if p.Equal(plan.Fn(plan.Less, p.Type, ts, plan.Fn("+", start.Type, start, list.Args[2]))) {
			filtered := *list
			filtered.Name = plan.HopStarts
			n.Lists[i], n.Names[i] = &filtered, nameOf(&filtered)
			return true
		}
	}
	return false
}
