package duckplan

import (
	"encoding/json"
	"fmt"

	"github.com/weirdb/weir/engine/plan"
)

// aggregate reads GROUP BY with one grouping set.
func (o *object) aggregate() Operator {
	a := &Aggregate{From: o.child(), Groups: o.takeOptionalExprs("groups")}
	var raws []json.RawMessage
	o.take("expressions", &raws)
	for _, raw := range raws {
		call, err := parseCall(raw)
		if err != nil {
			o.fail(err)
			return nil
		}
		a.Calls = append(a.Calls, *call)
	}
	var sets [][]int
	o.take("grouping_sets", &sets)
	var functions []json.RawMessage
	o.take("grouping_functions", &functions)
	if len(sets) > 1 || len(functions) > 0 || (len(sets) == 1 && len(sets[0]) != len(a.Groups)) {
		o.fail(&Foreign{Unsupported{Construct: "GROUPING SETS, ROLLUP and CUBE", Instead: "write a view for each grouping", Position: -1}, "GROUP"})
	}
	o.skip("group_index", "aggregate_index", "groupings_index", "distinct_validity")
	return a
}

func (o *object) takeOptionalExprs(name string) []*plan.Expr {
	if !o.has(name) {
		o.skip(name)
		return nil
	}
	return o.takeExprs(name)
}

func parseCall(raw json.RawMessage) (*plan.AggregateCall, error) {
	var c classed
	if err := json.Unmarshal(raw, &c); err != nil || c.Class != "BOUND_AGGREGATE" {
		return nil, fmt.Errorf("duckplan: aggregate is of class %q: %w", c.Class, err)
	}
	o := open("aggregate", raw)
	call := &plan.AggregateCall{Pos: o.pos(), Type: o.takeType("return_type"), Args: o.takeExprs("children")}
	o.take("name", &call.Name)
	o.kind = "aggregate " + call.Name
	var kind string
	o.take("aggregate_type", &kind)
	call.Distinct = kind == "DISTINCT"
	if o.has("filter") {
		call.Filter = o.takeExpr("filter")
	}
	if o.has("order_bys") && hasOrders(o.fields["order_bys"]) {
		return nil, &Unsupported{Construct: call.Name + "(… ORDER BY …)", Instead: "leave the ORDER BY out", Position: call.Pos}
	}
	o.skip("filter", "order_bys")
	if o.has("function_data") {
		return nil, &Unsupported{Construct: "the aggregate " + call.Name, Instead: "use count, sum, avg, min, max, stddev or variance", Position: call.Pos}
	}
	o.skip("function_data")
	return call, o.close()
}

func hasOrders(raw json.RawMessage) bool {
	var list struct {
		Orders []json.RawMessage `json:"orders"`
	}
	return json.Unmarshal(raw, &list) != nil || len(list.Orders) > 0
}
