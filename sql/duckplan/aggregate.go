package duckplan

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/weirdb/weir/engine/plan"
)

// Aggregate groups and aggregates. Its output is one column for each of Groups, then of Calls, then of Groupings.
type Aggregate struct {
	From   Operator
	Groups []*plan.Expr
	Calls  []plan.AggregateCall
	// Sets are the grouping sets of ROLLUP, CUBE and GROUPING SETS, as positions in Groups; nil if there is one, of all Groups. The
	// output has the rows of each set, with NULLs for the groups that are not in it.
	Sets [][]int
	// Groupings are the calls of GROUPING(…), as positions in Groups: a BIGINT with a bit for each, the last one the lowest, which
	// is set where the group is not in the row's set.
	Groupings [][]int
}

func (*Aggregate) operator() {}

// aggregate reads GROUP BY.
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
	o.take("grouping_sets", &a.Sets)
	if len(a.Sets) == 0 || (len(a.Sets) == 1 && len(a.Sets[0]) == len(a.Groups)) {
		a.Sets = nil
	}
	o.take("grouping_functions", &a.Groupings)
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
	if a.Sets != nil || len(a.Groupings) > 0 {
		return nil, &Unsupported{Construct: "GROUPING SETS over a type whose equal values may differ, such as INTERVAL", Position: -1}
	}
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
	call.Orders = o.takeOrderBy("order_bys")
	call.Args = o.boundArgs(call.Name, call.Args, call.Type, call.Pos)
	o.skip("filter")
	return call, alias, o.close()
}
