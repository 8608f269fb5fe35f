package planner

import (
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/duckplan"
)

// groupingSets is GROUPING SETS, ROLLUP and CUBE: the union of an aggregate for each set, each over the same rows computed anew,
// with NULLs for the groups that are not in it.
//
//	GROUP BY ROLLUP (a, b)     aggregate by a, b  ─►  a,    b,    calls
//	                           aggregate by a     ─►  a,    NULL, calls
//	                           aggregate          ─►  NULL, NULL, calls
func (b *builder) groupingSets(op *duckplan.Aggregate, groups []*plan.Expr, calls []plan.AggregateCall) (plan.Node, error) {
	sets := op.Sets
	if sets == nil {
		sets = [][]int{identity(len(groups))}
	}
	u := &plan.Union{}
	for _, set := range sets {
		from, err := b.build(op.From)
		if err != nil {
			return nil, err
		}
		one, err := b.groupingSet(op, from, set, groups, calls)
		if err != nil {
			return nil, err
		}
		u.From = append(u.From, one)
	}
	for _, c := range u.From[0].Columns() {
		u.Names = append(u.Names, c.Name)
	}
	return u, nil
}

func (b *builder) groupingSet(op *duckplan.Aggregate, from plan.Node, set []int, groups []*plan.Expr, calls []plan.AggregateCall) (plan.Node, error) {
	own, place := make([]*plan.Expr, len(set)), map[int]int{}
	for i, g := range set {
		own[i], place[g] = groups[g], i
	}
	agg, err := b.grouped(from, own, calls)
	if err != nil {
		return nil, err
	}
	columns := agg.Columns()
	p := &plan.Project{From: agg}
	add := func(e *plan.Expr, name string) { p.Exprs, p.Names = append(p.Exprs, e), append(p.Names, name) }
	for i, g := range groups {
		if at, in := place[i]; in {
			add(plan.Col(at, columns[at].Name, columns[at].Type), nameOf(g))
		} else {
			add(plan.Lit(plan.Value{Null: true}, g.Type), nameOf(g))
		}
	}
	for i := range calls {
		at := len(set) + i
		add(plan.Col(at, columns[at].Name, columns[at].Type), columns[at].Name)
	}
	for _, of := range op.Groupings {
		add(plan.Lit(plan.Value{Int: groupingBits(of, place)}, types.Of(types.BigInt)), "grouping")
	}
	return p, nil
}

// groupingBits is the value of GROUPING(…) in the rows of a set.
func groupingBits(of []int, set map[int]int) (bits int64) {
	for _, g := range of {
		bits <<= 1
		if _, in := set[g]; !in {
			bits |= 1
		}
	}
	return bits
}
