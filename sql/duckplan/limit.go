package duckplan

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// Limit keeps some rows: those behind the first Offset, Count of them. Which are the first, an OrderBy right below says, through
// Projections at most; without one, any. Its output is the input's columns. ORDER BY … LIMIT is a Limit over an OrderBy, also where
// DuckDB has one operator for both.
type Limit struct {
	From          Operator
	Count, Offset LimitValue
}

// LimitValue is a number of rows: a BIGINT, or, as Percent, a DOUBLE. Expr is nil where the text has none, a literal mostly;
// otherwise an expression over the input's columns that is the same in every row.
type LimitValue struct {
	Expr    *plan.Expr
	Percent bool
}

func (*Limit) operator() {}

func (o *object) limit() Operator {
	return &Limit{From: o.child(), Count: o.takeLimit("limit_val"), Offset: o.takeLimit("offset_val")}
}

func (o *object) topN() Operator {
	l := &Limit{From: &OrderBy{From: o.child(), Orders: o.takeOrders("orders")}}
	var count, offset int64
	o.take("limit", &count)
	o.take("offset", &offset)
	l.Count.Expr = plan.Lit(plan.Value{Int: count}, types.Of(types.BigInt))
	if offset > 0 {
		l.Offset.Expr = plan.Lit(plan.Value{Int: offset}, types.Of(types.BigInt))
	}
	return l
}

func (o *object) takeLimit(name string) (v LimitValue) {
	var raw json.RawMessage
	o.take(name, &raw)
	if o.err != nil {
		return v
	}
	l := open(name, raw)
	var rows int64
	var percent float64
	l.take("constant_integer", &rows)
	l.take("constant_percentage", &percent)
	var kind string
	if err := json.Unmarshal(l.fields["type"], &kind); err != nil {
		l.fail(fmt.Errorf("duckplan: %s has no type: %w", name, err))
	}
	v.Percent = kind == "CONSTANT_PERCENTAGE" || kind == "EXPRESSION_PERCENTAGE"
	switch kind {
	case "UNSET":
	case "CONSTANT_VALUE":
		v.Expr = plan.Lit(plan.Value{Int: rows}, types.Of(types.BigInt))
	case "CONSTANT_PERCENTAGE":
		v.Expr = plan.Lit(plan.Value{Text: strconv.FormatFloat(percent, 'g', -1, 64)}, types.Of(types.Double))
	case "EXPRESSION_VALUE", "EXPRESSION_PERCENTAGE":
		v.Expr = l.takeExpr("expression")
	default:
		l.fail(fmt.Errorf("duckplan: %s of type %q", name, kind))
	}
	l.skip("expression")
	if err := l.close(); err != nil {
		o.fail(err)
	}
	return v
}
