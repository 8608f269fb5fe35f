package planner

import (
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// prune drops scan columns, and fields of STRUCT columns, that nothing reads. DuckDB reads the first column where it needs none, as in count(*); a value in
// it that cannot be decoded must not cost the row.
func prune(root plan.Node) {
	plan.Walk(root, func(n plan.Node) {
		if exprs := readsOf(n); exprs != nil {
			pruneBelow(exprs, n.Inputs()[0])
		}
	})
}

// readsOf are the expressions that a node computes anew; nil for a node that passes its input's columns on.
func readsOf(n plan.Node) []**plan.Expr {
	out := []**plan.Expr{}
	switch n := n.(type) {
	case *plan.Project:
		for i := range n.Exprs {
			out = append(out, &n.Exprs[i])
		}
	case *plan.Aggregate:
		for i := range n.Groups {
			out = append(out, &n.Groups[i])
		}
		for i := range n.Calls {
			for j := range n.Calls[i].Args {
				out = append(out, &n.Calls[i].Args[j])
			}
			if n.Calls[i].Filter != nil {
				out = append(out, &n.Calls[i].Filter)
			}
		}
	default:
		return nil
	}
	return out
}

// pruneBelow goes down through filters to the scan.
func pruneBelow(exprs []**plan.Expr, n plan.Node) {
	var filters []*plan.Filter
	for {
		switch at := n.(type) {
		case *plan.Filter:
			filters = append(filters, at)
			n = at.From
			continue
		case *plan.Scan:
			pruneScan(at, exprs, filters)
		}
		return
	}
}

func pruneScan(s *plan.Scan, exprs []**plan.Expr, filters []*plan.Filter) {
	for _, f := range filters {
		for i := range f.Predicates {
			exprs = append(exprs, &f.Predicates[i])
		}
	}
	used := map[int]bool{}
	for _, e := range exprs {
		(*e).Columns(used)
	}
	moved, read, eventTime := make([]int, len(s.Read)), []types.Field{}, -1
	for i, c := range s.Read {
		if used[i] {
			moved[i] = len(read)
			if i == s.EventTime {
				eventTime = len(read)
			}
			read = append(read, c)
		}
	}
	for _, e := range exprs {
		*e = (*e).Rewrite(func(x *plan.Expr) *plan.Expr {
			if x.Kind != plan.Column {
				return x
			}
			c := *x
			c.Index = moved[x.Index]
			return &c
		})
	}
	s.Read, s.EventTime = read, eventTime
	narrow(s, exprs)
}
