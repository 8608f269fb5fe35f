package duckplan

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/weirdb/weir/engine/plan"
)

// aggregate reads GROUP BY with one grouping set.
func (o *object) aggregate() Operator {
	a := &Aggregate{From: o.child(), Groups: o.takeOptionalExprs("groups")}
	var raws []json.RawMessage
	o.take("expressions", &raws)
	var collated []bool
	for _, raw := range raws {
		call, alias, err := parseCall(raw)
		if err != nil {
			o.fail(err)
			return nil
		}
		a.Calls = append(a.Calls, *call)
		collated = append(collated, alias == "__collated_group")
	}
	var sets [][]int
	o.take("grouping_sets", &sets)
	var functions []json.RawMessage
	o.take("grouping_functions", &functions)
	if len(sets) > 1 || len(functions) > 0 || (len(sets) == 1 && len(sets[0]) != len(a.Groups)) {
		o.fail(&Foreign{Unsupported{Construct: "GROUPING SETS, ROLLUP and CUBE", Instead: "write a view for each grouping", Position: -1}, "GROUP"})
	}
	o.skip("group_index", "aggregate_index", "groupings_index", "distinct_validity")
	if slices.Contains(collated, true) && o.err == nil {
		out, err := a.uncollate(collated)
		if err != nil {
			o.fail(err)
		}
		return out
	}
	return a
}

// uncollate undoes DuckDB's way to group by types whose equal values may differ, such as intervals: it groups by a normal form,
// and takes the first value of each group. Weir's groups know equality by themselves.
//
//	group by normalized_interval(v): first(v), count(*)   ─►   project v, v, count(*)
//	                                                             group by v: count(*)
func (a *Aggregate) uncollate(collated []bool) (Operator, error) {
	out := &Aggregate{From: a.From, Groups: slices.Clone(a.Groups)}
	var exprs []*plan.Expr
	for i, g := range a.Groups {
		if g.Kind == plan.Call && strings.HasPrefix(g.Name, "normalized_") {
			out.Groups[i] = g.Args[0]
		}
		exprs = append(exprs, plan.Col(i, "", out.Groups[i].Type))
	}
	for i, c := range a.Calls {
		if !collated[i] {
			exprs = append(exprs, plan.Col(len(a.Groups)+len(out.Calls), "", c.Type))
			out.Calls = append(out.Calls, c)
			continue
		}
		at := slices.IndexFunc(out.Groups, c.Args[0].Equal)
		if at < 0 {
			return nil, fmt.Errorf("duckplan: the group that %s stands for is not among the keys", c.String())
		}
		exprs = append(exprs, plan.Col(at, "", c.Type))
	}
	return &Projection{From: out, Exprs: exprs}, nil
}

func (o *object) takeOptionalExprs(name string) []*plan.Expr {
	if !o.has(name) {
		o.skip(name)
		return nil
	}
	return o.takeExprs(name)
}

// parseCall reads an aggregate and the name that the text, or DuckDB, gives it.
func parseCall(raw json.RawMessage) (call *plan.AggregateCall, alias string, err error) {
	var c classed
	if err := json.Unmarshal(raw, &c); err != nil || c.Class != "BOUND_AGGREGATE" {
		return nil, "", fmt.Errorf("duckplan: aggregate is of class %q", c.Class)
	}
	o := open("aggregate", raw)
	o.take("alias", &alias)
	call = &plan.AggregateCall{Pos: o.pos(), Type: o.takeType("return_type"), Args: o.takeExprs("children")}
	o.take("name", &call.Name)
	o.kind = "aggregate " + call.Name
	var kind string
	o.take("aggregate_type", &kind)
	call.Distinct = kind == "DISTINCT"
	if o.has("filter") {
		call.Filter = o.takeExpr("filter")
	}
	if o.has("order_bys") && hasOrders(o.fields["order_bys"]) {
		return nil, "", &Unsupported{Construct: call.Name + "(… ORDER BY …)", Instead: "leave the ORDER BY out", Position: call.Pos}
	}
	o.skip("filter", "order_bys")
	if o.has("function_data") {
		return nil, "", &Unsupported{Construct: "the aggregate " + call.Name, Instead: "use count, sum, avg, min, max, stddev or variance", Position: call.Pos}
	}
	o.skip("function_data")
	return call, alias, o.close()
}

func hasOrders(raw json.RawMessage) bool {
	var list struct {
		Orders []json.RawMessage `json:"orders"`
	}
	return json.Unmarshal(raw, &list) != nil || len(list.Orders) > 0
}
