package duckplan

import (
	"encoding/json"
	"fmt"

	"github.com/weirdb/weir/engine/plan"
)

// Window computes functions over window frames: f(…) OVER (…). Its output is the input's columns, then one column for each call.
type Window struct {
	From  Operator
	Calls []plan.OverCall // DuckDB may have one Window for calls with different partitions and orders
}

func (*Window) operator() {}

// windowFunctions are the names of the functions that are no aggregates.
var windowFunctions = map[string]string{
	"WINDOW_ROW_NUMBER": "row_number", "WINDOW_RANK": "rank", "WINDOW_RANK_DENSE": "dense_rank", "WINDOW_PERCENT_RANK": "percent_rank",
	"WINDOW_CUME_DIST": "cume_dist", "WINDOW_NTILE": "ntile", "WINDOW_LAG": "lag", "WINDOW_LEAD": "lead", "WINDOW_FILL": "fill",
	"WINDOW_FIRST_VALUE": "first_value", "WINDOW_LAST_VALUE": "last_value", "WINDOW_NTH_VALUE": "nth_value",
}

func (o *object) window() Operator {
	w := &Window{From: o.child()}
	o.skip("window_index")
	var raws []json.RawMessage
	o.take("expressions", &raws)
	for _, raw := range raws {
		call, err := parseOver(raw)
		if err != nil {
			o.fail(err)
			return nil
		}
		w.Calls = append(w.Calls, *call)
	}
	return w
}

// parseOver reads one function over a window.
func parseOver(raw json.RawMessage) (*plan.OverCall, error) {
	var c classed
	if err := json.Unmarshal(raw, &c); err != nil || c.Class != "BOUND_WINDOW" {
		return nil, fmt.Errorf("duckplan: window over class %q", c.Class)
	}
	o := open("window function "+c.Type, raw)
	call := &plan.OverCall{Name: windowFunctions[c.Type], Pos: o.pos(), Type: o.takeType("return_type"), Args: o.takeExprs("children")}
	o.take("alias", &call.Alias)
	switch {
	case c.Type == "WINDOW_AGGREGATE":
		o.take("name", &call.Name)
		call.Args = o.boundArgs(call.Name, call.Args, call.Type, call.Pos)
	case call.Name == "":
		return nil, &Unsupported{Construct: "the window function " + c.Type, Position: call.Pos}
	}
	call.Args = append(call.Args, o.takeShift(call)...)
	if o.has("filters") {
		call.Filter = o.takeExpr("filters")
	}
	o.take("distinct", &call.Distinct)
	o.take("ignore_nulls", &call.IgnoreNulls)
	call.Partition, call.Orders, call.ArgOrders = o.takeExprs("partitions"), o.takeOrders("orders"), o.takeOrders("arg_orders")
	o.frame(call)
	o.skip("filters", "function_data", "name")
	return call, o.close()
}

// takeShift reads how far lag and lead look, and what stands for rows that are not there.
func (o *object) takeShift(call *plan.OverCall) []*plan.Expr {
	var out []*plan.Expr
	if o.has("offset_expr") {
		out = append(out, o.takeExpr("offset_expr"))
	}
	if o.has("default_expr") {
		if len(out) == 0 {
			o.fail(fmt.Errorf("duckplan: %s has a default without an offset", call.Name))
		}
		out = append(out, o.takeExpr("default_expr"))
	}
	o.skip("offset_expr", "default_expr")
	return out
}
