package planner

import (
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/duckplan"
)

// A correlated subquery over a table alone need not know for which values it is asked. The join with the DelimGet, which restricts
// it to them, gives the values a name, and the table has them itself:
//
//	delim anti join on k               anti join on k
//	  scan s                             scan s
//	  join on b.x = k           ──►      project b.*, b.x AS k
//	    table b                            filter b.x IS NOT NULL
//	    delim get k                          table b
type undelimited struct {
	table    duckplan.Operator
	tableOn  int                  // the side of the join on which it stands: 0 or 1
	by       []duckplan.Condition // for each column of the DelimGet
	notNulls []bool
}

// undelimit finds such a join; nil if op is none.
func (b *builder) undelimit(op *duckplan.Join) *undelimited {
	u := &undelimited{table: op.Left}
	get, ok := op.Right.(*duckplan.DelimGet)
	if !ok {
		u.table, u.tableOn = op.Right, 1
		get, ok = op.Left.(*duckplan.DelimGet)
	}
	if !ok || op.Kind != duckplan.InnerJoin || op.AsOf || op.Predicate != nil || len(op.Conditions) != len(get.Types) || !b.isStatic(u.table) {
		return nil
	}
	if outer := get.Of.Kind; outer == duckplan.RightJoin || outer == duckplan.FullJoin {
		return nil
	}
	u.by, u.notNulls = make([]duckplan.Condition, len(get.Types)), make([]bool, len(get.Types))
	for _, c := range op.Conditions {
		if u.tableOn == 1 {
			c.Left, c.Right = c.Right, c.Left
		}
		asked := c.Right
		if c.Op != plan.Equal && c.Op != plan.NotDistinctFrom || asked.Kind != plan.Column || u.by[asked.Index].Left != nil || !c.Left.Type.Equal(get.Types[asked.Index]) {
			return nil
		}
		u.by[asked.Index], u.notNulls[asked.Index] = c, c.Op == plan.Equal
	}
	return u
}

// withoutDelim builds the table in place of the join.
func (b *builder) withoutDelim(op *duckplan.Join, u *undelimited) (plan.Node, error) {
	from, err := b.build(u.table)
	if err != nil {
		return nil, err
	}
	width := len(from.Columns())
	exprs := make([]*plan.Expr, len(u.by))
	for i, c := range u.by {
		exprs[i] = c.Left
	}
	if exprs, err = settle(exprs, from.Columns()); err != nil {
		return nil, err
	}
	var known []*plan.Expr
	for i, e := range exprs {
		if u.notNulls[i] {
			known = append(known, plan.Fn(plan.IsNotNull, types.Of(types.Boolean), e))
		}
	}
	if len(known) > 0 {
		from = &plan.Filter{From: from, Predicates: known}
	}
	node, at := columnsAnd(from, exprs)
	sides := [2][]int{identity(width), at}
	if u.tableOn == 1 {
		sides[0], sides[1] = sides[1], sides[0]
	}
	var columns []int
	for i, names := range [2][]int{op.LeftKept, op.RightKept} {
		if names == nil {
			names = identity(len(sides[i]))
		}
		for _, k := range names {
			columns = append(columns, sides[i][k])
		}
	}
	return kept(node, columns), nil
}
