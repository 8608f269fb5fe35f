package planner

import (
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/sql/duckplan"
)

// distinct is grouping by all columns; DISTINCT ON is the first row of each key.
func (b *builder) distinct(op *duckplan.Distinct) (plan.Node, error) {
	from, err := b.build(op.From)
	if err != nil {
		return nil, err
	}
	if op.On != nil {
		return b.distinctOn(op, from)
	}
	groups := make([]*plan.Expr, 0, len(from.Columns()))
	for i, c := range from.Columns() {
		groups = append(groups, plan.Col(i, c.Name, c.Type))
	}
	return b.grouped(from, groups, nil)
}

func (b *builder) distinctOn(op *duckplan.Distinct, from plan.Node) (plan.Node, error) {
	columns := from.Columns()
	on, err := settle(op.On, columns)
	if err != nil {
		return nil, err
	}
	orders, err := settleOrders(op.Orders, columns)
	if err != nil {
		return nil, err
	}
	keyed, keys := columnsAnd(from, on)
	if !b.final && closingKey(keyed, keys) == nil && rankable(orders) {
		return firstColumns(b.topN(keyed, keys, orders, 1), len(columns)), nil
	}
	list, keyOut := selectWithKeys(columnList("", len(columns)), identity(len(columns)), keys, columnAt)
	n := &plan.Relational{
		From: []plan.Node{keyed}, What: "distinct on " + plan.ListSQL(on, nil), Keys: [][]int{keys}, Fields: columns, Passed: identity(len(columns)),
		SQL: "SELECT DISTINCT ON (" + plan.ListSQL(on, byPosition) + ") " + list + " FROM in0", KeyOut: keyOut,
	}
	if len(orders) > 0 {
		n.SQL += " ORDER BY " + plan.ListSQL(on, byPosition) + ", " + plan.OrdersSQL(orders, byPosition)
	}
	return b.relational(n, closingKey(keyed, keys), &neverCloses{"DISTINCT ON", "take a window into the key: DISTINCT ON (window_start, …)", -1})
}
