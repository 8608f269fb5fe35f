package duckplan

import (
	"encoding/json"
	"fmt"

	"github.com/weirdb/weir/engine/plan"
)

// lambda rebuilds the lambda of a list function from the function's bind data. DuckDB numbers the columns of a lambda's body
// from the parameters, last parameter first, on to the captured columns, which the call lists behind its own arguments:
//
//	list_filter(tags, (x, i) -> i > 1 AND x <> channel)
//	children: tags, channel     body: #0 > 1 AND #1 <> #2     #0 = i, #1 = x, #2 = channel
func (o *object) lambda(e *plan.Expr, data json.RawMessage) {
	d := open("lambda of "+e.Name, data)
	if !d.has("lambda_expr") { // the body was constant-folded away
		o.fail(&Unsupported{Construct: "a lambda without a body in " + e.Name, Position: e.Pos})
		return
	}
	body := d.takeExpr("lambda_expr")
	var index, initial bool
	d.take("has_index", &index)
	d.take("has_initial", &initial)
	d.skip("return_type")
	if err := d.close(); err != nil {
		o.fail(err)
		return
	}
	own, params := 1, 1
	if e.Name == "list_reduce" || e.Name == "array_reduce" || e.Name == "reduce" {
		params = 2
	}
	if initial {
		own = 2
	}
	if index {
		params++
	}
	if len(e.Args) < own {
		o.fail(fmt.Errorf("duckplan: %s has %d arguments, want at least %d", e.Name, len(e.Args), own))
		return
	}
	captured := e.Args[own:]
	names := paramNames(params, depth(body))
	list := e.Args[:own:own]
	lambda := &plan.Expr{Kind: plan.Lambda, Type: body.Type, Params: names, Args: []*plan.Expr{bindBody(body, names, captured)}, Pos: -1}
	e.Args = append([]*plan.Expr{list[0], lambda}, list[1:]...)
}

// paramNames invents names that no lambda nested inside has.
func paramNames(n, depth int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("x%d_%d", depth, i)
	}
	return names
}

// depth is how many lambdas are nested inside e.
func depth(e *plan.Expr) int {
	deepest := 0
	for _, a := range e.Args {
		deepest = max(deepest, depth(a))
	}
	if e.Kind == plan.Lambda {
		deepest++
	}
	return deepest
}

func bindBody(body *plan.Expr, names []string, captured []*plan.Expr) *plan.Expr {
	return body.Rewrite(func(x *plan.Expr) *plan.Expr {
		if x.Kind != plan.Column {
			return x
		}
		if x.Index >= len(names) {
			return captured[x.Index-len(names)]
		}
		return &plan.Expr{Kind: plan.Param, Name: names[len(names)-1-x.Index], Type: x.Type, Pos: -1}
	})
}
