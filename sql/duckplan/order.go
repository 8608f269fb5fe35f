package duckplan

import (
	"encoding/json"
	"fmt"

	"github.com/weirdb/weir/engine/plan"
)

// OrderBy sorts. A table has no order, so that it says nothing at the top of a view; below a Limit it says which rows are the first.
// Its output is the input's columns, or those of them that Kept lists.
type OrderBy struct {
	From   Operator
	Orders []plan.Order
	Kept   []int // positions in the input; nil for all of them
}

// Distinct keeps one of equal rows; its output is the input's columns. With On it keeps one of the rows that are equal in these
// expressions: the first by Orders, or any if there are none.
type Distinct struct {
	From   Operator
	On     []*plan.Expr
	Orders []plan.Order
}

func (*OrderBy) operator()  {}
func (*Distinct) operator() {}

func (o *object) orderBy() Operator {
	s := &OrderBy{From: o.child(), Orders: o.takeOrders("orders")}
	for _, name := range []string{"projections", "projection_map"} { // the name has changed between versions
		if o.has(name) {
			s.Kept = o.takeMap(name)
		}
	}
	o.skip("projections", "projection_map", "is_index_sort")
	return s
}

func (o *object) distinct() Operator {
	d := &Distinct{From: o.child()}
	var kind string
	o.take("distinct_type", &kind)
	switch kind {
	case "DISTINCT": // the targets are all columns
		o.skip("distinct_targets", "order_by")
	case "DISTINCT_ON":
		d.On = o.takeExprs("distinct_targets")
		d.Orders = o.takeOrderBy("order_by")
	default:
		o.fail(fmt.Errorf("duckplan: %s of type %q", o.kind, kind))
	}
	return d
}

// takeOrderBy reads an ORDER BY that may be missing.
func (o *object) takeOrderBy(name string) []plan.Order {
	if !o.has(name) {
		o.skip(name)
		return nil
	}
	var raw json.RawMessage
	o.take(name, &raw)
	list := open(name, raw)
	orders := list.takeOrders("orders")
	if err := list.close(); err != nil {
		o.fail(err)
	}
	return orders
}

// takeOrders reads the keys of an ORDER BY; nil if there are none.
func (o *object) takeOrders(name string) []plan.Order {
	var raws []json.RawMessage
	o.take(name, &raws)
	var out []plan.Order
	for _, raw := range raws {
		k := open("order", raw)
		var direction, nulls string
		k.take("null_order", &nulls)
		order := plan.Order{Expr: k.takeExpr("expression"), NullsFirst: nulls == "NULLS FIRST"}
		if err := json.Unmarshal(k.fields["type"], &direction); err != nil { // which every expression has, and close passes over
			k.fail(fmt.Errorf("duckplan: order without direction: %w", err))
		}
		order.Descending = direction == "DESCENDING"
		if (!order.Descending && direction != "ASCENDING") || (!order.NullsFirst && nulls != "NULLS LAST") {
			k.fail(fmt.Errorf("duckplan: order %q %q", direction, nulls))
		}
		if err := k.close(); err != nil {
			o.fail(err)
		}
		out = append(out, order)
	}
	return out
}
