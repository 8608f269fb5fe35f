package planner

import (
	"fmt"
	"slices"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/duckplan"
)

// limit keeps the first rows of an order: a running Top-N.
func (b *builder) limit(op *duckplan.Limit) (plan.Node, error) {
	if empty, ok := op.From.(*duckplan.EmptyResult); ok {
		return b.constants(empty)
	}
	order, above := orderBelow(op.From)
	if order == nil || !constantLimit(op.Count) || !constantLimit(op.Offset) {
		return nil, foreign("LIMIT without ORDER BY", "LIMIT", "say which rows: ORDER BY … LIMIT, with constants")
	}
	from, err := b.build(order.From)
	if err != nil {
		return nil, err
	}
	orders, err := settleOrders(order.Orders, from.Columns())
	if err != nil {
		return nil, err
	}
	out, err := b.firstRows(from, orders, op)
	if out == nil {
		out, err = b.firstOfAll(from, orders, op)
	}
	if err != nil {
		return nil, err
	}
	if order.Kept != nil {
		out = kept(out, order.Kept)
	}
	for i := len(above) - 1; i >= 0; i-- {
		if out, err = projectAbove(above[i], out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// limitAlike keeps some rows of which only the number matters: EXISTS, where the subquery does not depend on the row, looks at one.
func (b *builder) limitAlike(op *duckplan.Limit, above *duckplan.Projection) (plan.Node, error) {
	if !constantLimit(op.Count) || !constantLimit(op.Offset) {
		return nil, foreign("LIMIT of an expression", "LIMIT", "write a constant")
	}
	from, err := b.build(op.From)
	if err != nil {
		return nil, err
	}
	alike, err := projectAbove(above, from)
	if err != nil {
		return nil, err
	}
	columns := alike.Columns()
	n := &plan.Relational{
		From: []plan.Node{alike}, What: "some rows", Keys: [][]int{nil}, Fields: columns, Passed: identity(len(columns)),
		SQL: "SELECT " + columnsSQL("", len(columns)) + " FROM in0" + limitSQL(" LIMIT ", op.Count) + limitSQL(" OFFSET ", op.Offset),
	}
	return b.relational(n, nil, &neverCloses{"LIMIT, or EXISTS of a subquery by itself", "use emit = 'changes'", -1})
}

func allConstant(exprs []*plan.Expr) bool {
	return !slices.ContainsFunc(exprs, func(e *plan.Expr) bool { return !e.IsConstant() })
}

// firstRows is a running Top-N over all rows; nil where that is not what the limit says, or not what is asked for.
func (b *builder) firstRows(from plan.Node, orders []plan.Order, op *duckplan.Limit) (plan.Node, error) {
	offset, count := int64(0), int64(0)
	for v, to := range map[*duckplan.LimitValue]*int64{&op.Offset: &offset, &op.Count: &count} {
		switch {
		case v.Percent, v.Expr != nil && (!v.Expr.Type.Integral() || v.Expr.Value.Null):
			return nil, nil
		case v.Expr != nil:
			*to = v.Expr.Value.Int
		}
	}
	if b.final || !rankable(orders) || count < 1 || count > mostFirst || offset < 0 || offset+count > mostFirst {
		return nil, nil
	}
	n := b.topN(from, nil, orders, offset+count)
	rank, width := len(n.From.Columns()), len(from.Columns())
	if offset == 0 {
		return firstColumns(n, width), nil
	}
	n.Ranks, n.Name = true, "rank"
	bigint := types.Of(types.BigInt)
	behind := plan.Fn(plan.Greater, types.Of(types.Boolean), plan.Col(rank, n.Name, bigint), plan.Lit(plan.Value{Int: offset}, bigint))
	return firstColumns(&plan.Filter{From: n, Predicates: []*plan.Expr{behind}}, width), nil
}

// firstOfAll has DuckDB find the first rows.
func (b *builder) firstOfAll(from plan.Node, orders []plan.Order, op *duckplan.Limit) (plan.Node, error) {
	columns := from.Columns()
	n := &plan.Relational{
		From: []plan.Node{from}, What: "the first rows by " + plan.OrdersSQL(orders, nil), Keys: [][]int{nil}, Fields: columns, Passed: identity(len(columns)),
		SQL: fmt.Sprintf("SELECT %s FROM in0 ORDER BY %s%s%s", columnsSQL("", len(columns)), plan.OrdersSQL(orders, byPosition),
			limitSQL(" LIMIT ", op.Count), limitSQL(" OFFSET ", op.Offset)),
	}
	return b.relational(n, nil, &neverCloses{"ORDER BY … LIMIT", "rank the rows of each window instead: QUALIFY row_number() OVER (PARTITION BY window_start ORDER BY …) <= 10", -1})
}

// orderBelow finds the OrderBy below a Limit, and the projections between the two, from the top down.
func orderBelow(op duckplan.Operator) (order *duckplan.OrderBy, above []*duckplan.Projection) {
	for {
		switch at := op.(type) {
		case *duckplan.OrderBy:
			return at, above
		case *duckplan.Projection:
			above = append(above, at)
			op = at.From
		default:
			return nil, nil
		}
	}
}

func constantLimit(v duckplan.LimitValue) bool { return v.Expr == nil || v.Expr.IsConstant() }

func limitSQL(word string, v duckplan.LimitValue) string {
	if v.Expr == nil {
		return ""
	}
	text := word + v.Expr.SQL(byPosition)
	if v.Percent {
		text += " %"
	}
	return text
}

// settleOrders gives the keys of an ORDER BY the names and types of the input.
func settleOrders(orders []plan.Order, input []types.Field) ([]plan.Order, error) {
	out := make([]plan.Order, len(orders))
	for i, o := range orders {
		settled, err := settle([]*plan.Expr{o.Expr}, input)
		if err != nil {
			return nil, err
		}
		out[i] = o
		out[i].Expr = settled[0]
	}
	return out, nil
}
