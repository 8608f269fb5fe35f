package duckplan

import (
	"encoding/json"
	"fmt"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// Operator is one node of DuckDB's logical plan.
type Operator interface{ operator() }

// Get scans a table function.
type Get struct {
	Function string
	Columns  []types.Field // of the whole function
	Read     []int         // positions in Columns, in output order
}

// Filter keeps rows for which all predicates are true.
type Filter struct {
	From       Operator
	Predicates []*plan.Expr
}

// Projection computes expressions.
type Projection struct {
	From  Operator
	Exprs []*plan.Expr
}

// Aggregate groups and aggregates. Its output is Groups, then Calls.
type Aggregate struct {
	From   Operator
	Groups []*plan.Expr
	Calls  []plan.AggregateCall
}

// Distinct keeps one of equal rows.
type Distinct struct{ From Operator }

// OrderBy sorts. A table has no order, so that it says nothing at the top of a view.
type OrderBy struct{ From Operator }

func (*Get) operator()        {}
func (*Filter) operator()     {}
func (*Projection) operator() {}
func (*Aggregate) operator()  {}
func (*Distinct) operator()   {}
func (*OrderBy) operator()    {}

// Kinds that DuckDB has and Weir does not, with what a user would call them. Keyword finds their place in the text.
var foreign = map[string]struct{ construct, keyword, instead string }{
	"LOGICAL_COMPARISON_JOIN":  {"a join or subquery", "JOIN", "keep each source in a view of its own and join the views when you read them"},
	"LOGICAL_ANY_JOIN":         {"a join", "JOIN", "keep each source in a view of its own and join the views when you read them"},
	"LOGICAL_ASOF_JOIN":        {"an ASOF join", "ASOF", "keep each source in a view of its own and join the views when you read them"},
	"LOGICAL_CROSS_PRODUCT":    {"a cross join or subquery", "JOIN", "keep each source in a view of its own and join the views when you read them"},
	"LOGICAL_DELIM_JOIN":       {"a correlated subquery", "SELECT", "keep each part in a view of its own and join the views when you read them"},
	"LOGICAL_WINDOW":           {"OVER (…)", "OVER", "group by a window such as tumble(…), or compute it when you read the view"},
	"LOGICAL_UNION":            {"UNION", "UNION", "write a view for each part"},
	"LOGICAL_EXCEPT":           {"EXCEPT", "EXCEPT", "write a view for each part"},
	"LOGICAL_INTERSECT":        {"INTERSECT", "INTERSECT", "write a view for each part"},
	"LOGICAL_LIMIT":            {"LIMIT", "LIMIT", "leave it out, and limit when you read the view"},
	"LOGICAL_TOP_N":            {"ORDER BY … LIMIT", "LIMIT", "leave it out, and order and limit when you read the view"},
	"LOGICAL_UNNEST":           {"UNNEST", "UNNEST", "keep the list, and unnest it when you read the view"},
	"LOGICAL_SAMPLE":           {"a sample", "SAMPLE", "filter on a hash of a column, such as hash(id) % 100 = 0"},
	"LOGICAL_MATERIALIZED_CTE": {"a CTE that is MATERIALIZED or used more than once", "WITH", "leave MATERIALIZED out, or write a view for each use"},
	"LOGICAL_CTE_REF":          {"a CTE that is MATERIALIZED or used more than once", "WITH", "leave MATERIALIZED out, or write a view for each use"},
	"LOGICAL_RECURSIVE_CTE":    {"a recursive CTE", "RECURSIVE", ""},
	"LOGICAL_PIVOT":            {"PIVOT", "PIVOT", "pivot when you read the view"},
	"LOGICAL_DUMMY_SCAN":       {"a query without a source", "SELECT", "name a source after FROM"},
	"LOGICAL_CHUNK_GET":        {"VALUES", "VALUES", "name a source after FROM"},
	"LOGICAL_EMPTY_RESULT":     {"a query that can have no rows", "WHERE", "a condition in it is never true"},
}

// Foreign is an operator that Weir has no counterpart of; Keyword is where to look for it in the text.
type Foreign struct {
	Unsupported
	Keyword string
}

func parseOperator(raw json.RawMessage) (Operator, error) {
	var kind struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(raw, &kind); err != nil {
		return nil, fmt.Errorf("duckplan: read operator: %w", err)
	}
	if f, ok := foreign[kind.Type]; ok {
		return nil, &Foreign{Unsupported{Construct: f.construct, Instead: f.instead, Position: -1}, f.keyword}
	}
	o := open(kind.Type, raw)
	var op Operator
	switch kind.Type {
	case "LOGICAL_GET":
		op = o.get()
	case "LOGICAL_FILTER":
		op = o.filter()
	case "LOGICAL_PROJECTION":
		o.skip("table_index")
		op = &Projection{From: o.child(), Exprs: o.takeExprs("expressions")}
	case "LOGICAL_AGGREGATE_AND_GROUP_BY":
		op = o.aggregate()
	case "LOGICAL_DISTINCT":
		op = o.distinct()
	case "LOGICAL_ORDER_BY":
		o.skip("orders", "projections", "projection_map", "is_index_sort")
		op = &OrderBy{From: o.child()}
	default:
		return nil, &Unsupported{Construct: "the operator " + kind.Type, Position: -1}
	}
	if err := o.close(); err != nil {
		return nil, err
	}
	return op, nil
}

// child reads the one input.
func (o *object) child() Operator {
	var children []json.RawMessage
	o.take("children", &children)
	if o.err != nil {
		return nil
	}
	if len(children) != 1 {
		o.fail(fmt.Errorf("duckplan: %s has %d inputs, want 1", o.kind, len(children)))
		return nil
	}
	op, err := parseOperator(children[0])
	if err != nil {
		o.fail(err)
	}
	return op
}

func (o *object) filter() Operator {
	f := &Filter{From: o.child(), Predicates: o.takeExprs("expressions")}
	var kept []int
	o.take("projection_map", &kept)
	if len(kept) == 0 {
		return f
	}
	o.fail(fmt.Errorf("duckplan: %s drops columns, which the planner does not expect", o.kind))
	return f
}

func (o *object) distinct() Operator {
	var kind string
	o.take("distinct_type", &kind)
	if kind != "DISTINCT" {
		o.fail(&Foreign{Unsupported{Construct: "DISTINCT ON", Instead: "group by the key and use max, min or count", Position: -1}, "ON"})
	}
	o.skip("distinct_targets", "order_by")
	return &Distinct{From: o.child()}
}
