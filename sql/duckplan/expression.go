package duckplan

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// operators maps the types of comparison, conjunction and operator expressions to names of plan.Call.
var operators = map[string]string{
	"COMPARE_EQUAL": plan.Equal, "COMPARE_NOTEQUAL": plan.NotEqual, "COMPARE_LESSTHAN": plan.Less,
	"COMPARE_LESSTHANOREQUALTO": plan.LessEqual, "COMPARE_GREATERTHAN": plan.Greater,
	"COMPARE_GREATERTHANOREQUALTO": plan.GreaterEqual, "COMPARE_DISTINCT_FROM": plan.DistinctFrom,
	"COMPARE_NOT_DISTINCT_FROM": plan.NotDistinctFrom, "CONJUNCTION_AND": plan.And, "CONJUNCTION_OR": plan.Or,
	"OPERATOR_NOT": plan.Not, "OPERATOR_IS_NULL": plan.IsNull, "OPERATOR_IS_NOT_NULL": plan.IsNotNull,
	"COMPARE_IN": plan.In, "COMPARE_NOT_IN": plan.NotIn, "OPERATOR_COALESCE": plan.Coalesce, "OPERATOR_TRY": plan.Try,
}

// rebinds are functions whose bind data follows from their arguments, so that the call printed as SQL binds the same way.
var rebinds = []string{
	"row", "struct_pack", "struct_insert", "date_part", "+", "-", "*", "/", "//", "%",
}

// listAggregates are the names of the function that runs an aggregate over a list.
var listAggregates = []string{"list_aggr", "list_aggregate", "array_aggr", "array_aggregate", "aggregate"}

type classed struct {
	Class string `json:"expression_class"`
	Type  string `json:"type"`
}

// parseExpr reads one bound expression. Its columns are positions in the operator's input.
func parseExpr(raw json.RawMessage) (*plan.Expr, error) {
	var c classed
	if err := json.Unmarshal(raw, &c); err != nil {
		return nil, fmt.Errorf("duckplan: read expression: %w", err)
	}
	o := open(c.Class+" "+c.Type, raw)
	e := &plan.Expr{Kind: plan.Call, Name: operators[c.Type], Pos: o.pos()}
	o.take("alias", &e.Alias)
	switch c.Class {
	case "BOUND_REF":
		e.Kind, e.Type = plan.Column, o.takeType("return_type")
		o.take("index", &e.Index)
	case "BOUND_CONSTANT":
		o.constant(e)
	case "BOUND_CAST":
		o.cast(e)
	case "BOUND_COMPARISON":
		e.Type, e.Args = types.Of(types.Boolean), []*plan.Expr{o.takeExpr("left"), o.takeExpr("right")}
	case "BOUND_BETWEEN":
		o.between(e)
	case "BOUND_CONJUNCTION":
		e.Type, e.Args = types.Of(types.Boolean), o.takeExprs("children")
	case "BOUND_OPERATOR":
		e.Type, e.Args = o.takeType("return_type"), o.takeExprs("children")
	case "BOUND_CASE":
		e.Name, e.Type, e.Args = plan.Case, o.takeType("return_type"), o.takeCases()
	case "BOUND_FUNCTION":
		o.function(e)
	case "BOUND_UNNEST":
		return nil, &Unsupported{Construct: "UNNEST", Instead: "keep the list, and unnest it when you read the view", Position: e.Pos}
	default:
		return nil, &Unsupported{Construct: "the expression class " + c.Class, Position: e.Pos}
	}
	if err := o.close(); err != nil {
		return nil, err
	}
	if e.Kind == plan.Call && e.Name == "" {
		return nil, &Unsupported{Construct: "the operator " + c.Type, Position: e.Pos}
	}
	return e, nil
}

// between reads what the optimiser makes of two bounds on one expression: WHERE a > 1 AND a < 5.
func (o *object) between(e *plan.Expr) {
	input, boolean := o.takeExpr("input"), types.Of(types.Boolean)
	bound := func(side, open, closed string) *plan.Expr {
		limit, inclusive := o.takeExpr(side), false
		o.take(side+"_inclusive", &inclusive)
		if inclusive {
			open = closed
		}
		return plan.Fn(open, boolean, input, limit)
	}
	e.Name, e.Type = plan.And, boolean
	e.Args = []*plan.Expr{bound("lower", plan.Greater, plan.GreaterEqual), bound("upper", plan.Less, plan.LessEqual)}
}

func (o *object) takeExpr(name string) *plan.Expr {
	var raw json.RawMessage
	o.take(name, &raw)
	if o.err != nil {
		return nil
	}
	e, err := parseExpr(raw)
	if err != nil {
		o.fail(err)
	}
	return e
}

func (o *object) takeExprs(name string) []*plan.Expr {
	var raws []json.RawMessage
	o.take(name, &raws)
	out := make([]*plan.Expr, 0, len(raws))
	for _, raw := range raws {
		e, err := parseExpr(raw)
		if err != nil {
			o.fail(err)
		}
		out = append(out, e)
	}
	return out
}

func (o *object) constant(e *plan.Expr) {
	var raw json.RawMessage
	o.take("value", &raw)
	if o.err != nil {
		return
	}
	v, t, err := parseValue(raw)
	if err != nil {
		o.fail(err)
	}
	e.Kind, e.Value, e.Type = plan.Literal, &v, t
}

func (o *object) cast(e *plan.Expr) {
	e.Kind, e.Type, e.Args = plan.Cast, o.takeType("return_type"), []*plan.Expr{o.takeExpr("child")}
	var try bool
	o.take("try_cast", &try)
	if try {
		e.Kind = plan.TryCast
	}
	o.skip("cast_name")
}

// takeCases reads CASE as condition, value, …, else.
func (o *object) takeCases() []*plan.Expr {
	var checks []json.RawMessage
	o.take("case_checks", &checks)
	var out []*plan.Expr
	for _, raw := range checks {
		c := open("case check", raw)
		out = append(out, c.takeExpr("when_expr"), c.takeExpr("then_expr"))
		if err := c.close(); err != nil {
			o.fail(err)
		}
	}
	return append(out, o.takeExpr("else_expr"))
}

func (o *object) function(e *plan.Expr) {
	o.take("name", &e.Name)
	e.Type, e.Args = o.takeType("return_type"), o.takeExprs("children")
	if o.err != nil || !o.has("function_data") {
		o.skip("function_data")
		return
	}
	var data json.RawMessage
	o.take("function_data", &data)
	var keys map[string]json.RawMessage
	_ = json.Unmarshal(data, &keys) // not an object: no lambda in it
	if _, ok := keys["lambda_expr"]; ok {
		o.lambda(e, data)
		return
	}
	if slices.Contains(listAggregates, e.Name) {
		o.listAggregate(e, data)
		return
	}
	if !slices.Contains(rebinds, e.Name) {
		o.fail(&Unsupported{Construct: fmt.Sprintf("the function %s with these arguments", e.Name), Instead: "use a form of it whose arguments are columns", Position: e.Pos})
	}
}
