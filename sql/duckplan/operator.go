package duckplan

import (
	"encoding/json"
	"fmt"

	"github.com/weirdb/weir/engine/plan"
)

// Operator is one node of DuckDB's logical plan. Expressions of an operator refer to columns by their position in the output of
// its input; where an operator has several inputs, its comment says how they count.
type Operator interface{ operator() }

// Filter keeps rows for which all predicates are true. Its output is the input's columns, or those of them that Kept lists.
type Filter struct {
	From       Operator
	Predicates []*plan.Expr
	Kept       []int // positions in the input; nil for all of them
}

// Projection computes expressions. Its output is one column for each.
type Projection struct {
	From  Operator
	Exprs []*plan.Expr
}

func (*Filter) operator()     {}
func (*Projection) operator() {}

// Kinds that DuckDB has and that are not read, with what a user would call them. Keyword finds their place in the text.
var foreign = map[string]struct{ construct, keyword, instead string }{
	"LOGICAL_SAMPLE":          {"a sample", "SAMPLE", "filter on a hash of a column, such as hash(id) % 100 = 0"},
	"LOGICAL_RECURSIVE_CTE":   {"a recursive CTE", "RECURSIVE", ""},
	"LOGICAL_PIVOT":           {"PIVOT", "PIVOT", "pivot when you read the view"},
	"LOGICAL_POSITIONAL_JOIN": {"a positional join", "POSITIONAL", "rows of a stream have no position; join them on a column"},
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
	read := readers()[kind.Type]
	if read == nil {
		return nil, &Unsupported{Construct: "the operator " + kind.Type, Position: -1}
	}
	o := open(kind.Type, raw)
	op := read(o)
	if err := o.close(); err != nil {
		return nil, err
	}
	return op, nil
}

// readers are what reads each kind of operator.
func readers() map[string]func(*object) Operator {
	return map[string]func(*object) Operator{
		"LOGICAL_GET":                    (*object).get,
		"LOGICAL_FILTER":                 (*object).filter,
		"LOGICAL_PROJECTION":             (*object).projection,
		"LOGICAL_AGGREGATE_AND_GROUP_BY": (*object).aggregate,
		"LOGICAL_DISTINCT":               (*object).distinct,
		"LOGICAL_ORDER_BY":               (*object).orderBy,
		"LOGICAL_LIMIT":                  (*object).limit,
		"LOGICAL_TOP_N":                  (*object).topN,
		"LOGICAL_COMPARISON_JOIN":        (*object).comparisonJoin,
		"LOGICAL_ASOF_JOIN":              (*object).comparisonJoin,
		"LOGICAL_ANY_JOIN":               (*object).anyJoin,
		"LOGICAL_CROSS_PRODUCT":          (*object).crossProduct,
		"LOGICAL_DELIM_JOIN":             (*object).delimJoin,
		"LOGICAL_DELIM_GET":              (*object).delimGet,
		"LOGICAL_WINDOW":                 (*object).window,
		"LOGICAL_UNNEST":                 (*object).unnest,
		"LOGICAL_UNION":                  (*object).setOperation,
		"LOGICAL_EXCEPT":                 (*object).setOperation,
		"LOGICAL_INTERSECT":              (*object).setOperation,
		"LOGICAL_MATERIALIZED_CTE":       (*object).cte,
		"LOGICAL_CTE_REF":                (*object).cteRef,
		"LOGICAL_DUMMY_SCAN":             (*object).dummyScan,
		"LOGICAL_EXPRESSION_GET":         (*object).values,
		"LOGICAL_CHUNK_GET":              (*object).chunks,
		"LOGICAL_EMPTY_RESULT":           (*object).emptyResult,
	}
}

// inputs reads exactly n inputs; nil, with an error remembered, if they cannot be read.
func (o *object) inputs(n int) []Operator {
	var raws []json.RawMessage
	o.take("children", &raws)
	if o.err == nil && len(raws) != n {
		o.fail(fmt.Errorf("duckplan: %s has %d inputs, want %d", o.kind, len(raws), n))
	}
	return o.parseAll(raws, n)
}

func (o *object) parseAll(raws []json.RawMessage, n int) []Operator {
	ops := make([]Operator, n)
	for i := 0; o.err == nil && i < n; i++ {
		var err error
		if ops[i], err = parseOperator(raws[i]); err != nil {
			o.fail(err)
		}
	}
	return ops
}

// child reads the one input.
func (o *object) child() Operator { return o.inputs(1)[0] }

func (o *object) projection() Operator {
	o.skip("table_index")
	return &Projection{From: o.child(), Exprs: o.takeExprs("expressions")}
}

func (o *object) filter() Operator {
	f := &Filter{From: o.child(), Predicates: o.takeExprs("expressions")}
	f.Kept = o.takeMap("projection_map")
	return f
}

// takeMap reads which columns are kept; nil stands for all of them, for which DuckDB writes an empty list.
func (o *object) takeMap(name string) []int {
	var kept []int
	o.take(name, &kept)
	if len(kept) == 0 {
		return nil
	}
	return kept
}
