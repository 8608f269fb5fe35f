package planner

import (
	"strings"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/duckplan"
)

// aggregate groups and aggregates. GROUPING SETS are a union of one aggregate for each set.
func (b *builder) aggregate(op *duckplan.Aggregate) (plan.Node, error) {
	from, err := b.build(op.From)
	if err != nil {
		return nil, err
	}
	input := from.Columns()
	groups, err := settle(op.Groups, input)
	if err != nil {
		return nil, err
	}
	calls := make([]plan.AggregateCall, len(op.Calls))
	for i, c := range op.Calls {
		if calls[i], err = settleCall(c, input); err != nil {
			return nil, err
		}
	}
	if op.Sets == nil && len(op.Groupings) == 0 {
		return b.grouped(from, groups, calls)
	}
	return b.groupingSets(op, groups, calls)
}

// settleCall gives an aggregate's expressions the names and types of the input.
func settleCall(c plan.AggregateCall, input []types.Field) (out plan.AggregateCall, err error) {
	out = c
	if c.Filter != nil {
		out.Filter = settleExpr(c.Filter, input)
	}
	if out.Orders, err = settleOrders(c.Orders, input); err != nil {
		return out, err
	}
	out.Args, err = settle(c.Args, input)
	if c.Name == "first" && err == nil { // DuckDB carries a row's number along with it; ours has a type of its own
		out.Type = out.Args[0].Type
	}
	return out, err
}

// grouped builds an aggregate whose groups, arguments and filters are plain columns, and whose keys are independent of the
// window's key:
//
//	GROUP BY window_start, window_end, auction      aggregate by window_start, auction
//	                                           ──►  project window_start, window_start + size, auction
func (b *builder) grouped(from plan.Node, groups []*plan.Expr, calls []plan.AggregateCall) (plan.Node, error) {
	origins := originsOf(from)
	window := findWindow(groups, origins)
	if b.final && window == nil {
		return nil, &neverCloses{
			"an aggregate without a window", "group by a window over the source's WATERMARK column, such as tumble(…), or use emit = 'changes'", -1,
		}
	}
	kept, rebuilt := independentGroups(groups, origins, window)
	g := &gatherer{}
	agg := &plan.Aggregate{EventTime: -1, Changes: b.emitsChanges()}
	for i, at := range kept {
		agg.Groups = append(agg.Groups, g.column(groups[at]))
		agg.Names = append(agg.Names, nameOf(groups[at]))
		if window != nil && at == window.Group {
			agg.Window = b.correctable(&plan.WindowKey{Group: i, Of: window.Of})
		}
	}
	for _, c := range calls {
		agg.Calls = append(agg.Calls, g.call(c))
	}
	if window != nil {
		agg.EventTime = g.eventTime(from, origins)
	}
	agg.From = projectOver(from, g.exprs, g.names)
	if window != nil && agg.EventTime < 0 {
		agg.EventTime = keepEventTime(agg.From)
	}
	var node plan.Node = agg
	if !b.native(agg) {
		node = foreignAggregate(agg)
	}
	return restoreGroups(node, agg.Window, groups, kept, rebuilt), nil
}

// native reports whether the aggregate has an operator: all calls have kernels, which can take rows back where the input does.
func (b *builder) native(agg *plan.Aggregate) bool {
	check := b.check
	if agg.Retracts = updating(agg.From); agg.Retracts {
		check = b.checkRetracts
	}
	for i := range agg.Calls {
		if len(agg.Calls[i].Orders) > 0 || check(&agg.Calls[i]) != nil {
			return false
		}
	}
	empty := len(agg.Groups) == 0 && len(agg.Calls) == 0 // a grouping set without groups, in a query without aggregates
	return !empty && (!agg.Retracts || agg.Changes)
}

// foreignAggregate is an aggregate that DuckDB computes, over the rows of the groups that have closed or changed.
func foreignAggregate(agg *plan.Aggregate) plan.Node {
	keys := make([]int, len(agg.Groups))
	columns := make([]string, 0, len(agg.Groups)+len(agg.Calls))
	for i, g := range agg.Groups {
		keys[i] = g.Index
		columns = append(columns, byPosition(g))
	}
	by := ""
	if len(keys) > 0 {
		by = " GROUP BY " + strings.Join(columns, ", ")
	}
	for i := range agg.Calls {
		columns = append(columns, agg.Calls[i].SQL(byPosition))
	}
	fields := agg.Columns()
	if len(columns) == 0 { // one row without columns has no spelling
		columns, fields = []string{"CAST(count(*) * 0 AS INTEGER)"}, []types.Field{{Name: "row", Type: types.Of(types.Integer)}}
	}
	return &plan.Relational{
		From: []plan.Node{agg.From}, What: describeCalls(agg), Keys: [][]int{keys}, Fields: fields,
		Passed: append(keys[:len(keys):len(keys)], passedThen(0, len(fields)-len(keys))...),
		SQL:    "SELECT " + strings.Join(columns, ", ") + " FROM in0" + by, KeyOut: identity(len(keys)),
		Window: agg.Window, EventTime: []int{agg.EventTime}, Always: len(keys) == 0, Changes: agg.Changes,
	}
}

func describeCalls(agg *plan.Aggregate) string {
	calls := make([]string, len(agg.Calls))
	for i := range agg.Calls {
		calls[i] = agg.Calls[i].String()
	}
	return "aggregate " + strings.Join(calls, ", ")
}

// keepEventTime adds the source's event time to a projection that has dropped it. It returns its position, or -1.
func keepEventTime(n plan.Node) int {
	project, ok := n.(*plan.Project)
	if !ok {
		return -1
	}
	for i, origin := range originsOf(project.From) {
		if origin.Name == eventTime {
			c := project.From.Columns()[i]
			project.Exprs = append(project.Exprs, plan.Col(i, c.Name, c.Type))
			project.Names = append(project.Names, c.Name)
			return len(project.Exprs) - 1
		}
	}
	return -1
}

// gatherer collects the expressions that an aggregate reads, each once, as columns of a projection below it.
type gatherer struct {
	exprs []*plan.Expr
	names []string
}

func (g *gatherer) column(e *plan.Expr) *plan.Expr {
	for i, x := range g.exprs {
		if x.Equal(e) {
			return plan.Col(i, g.names[i], e.Type)
		}
	}
	g.exprs = append(g.exprs, e)
	g.names = append(g.names, nameOf(e))
	return plan.Col(len(g.exprs)-1, nameOf(e), e.Type)
}

// eventTime adds the source's event time, if from still has it, so that a late row can say when it happened.
func (g *gatherer) eventTime(from plan.Node, origins []*plan.Expr) int {
	for i, origin := range origins {
		if origin.Name == eventTime {
			c := from.Columns()[i]
			return g.column(plan.Col(i, c.Name, c.Type)).Index
		}
	}
	return -1
}

// settingsBehind are the aggregates whose arguments behind the first are constants that say how to aggregate.
var settingsBehind = map[string]bool{
	"string_agg": true, "group_concat": true, "listagg": true, "quantile_cont": true, "quantile_disc": true, "quantile": true, "median": true,
	"approx_quantile": true, "reservoir_quantile": true,
}

// call makes plain columns of what an aggregate reads. Its settings stay.
func (g *gatherer) call(c plan.AggregateCall) plan.AggregateCall {
	if settingsBehind[c.Name] {
		c.Args = append(g.columns(c.Args[:1]), c.Args[1:]...)
	} else {
		c.Args = g.columns(c.Args)
	}
	if c.Filter != nil {
		c.Filter = g.column(c.Filter)
	}
	orders := make([]plan.Order, len(c.Orders))
	for i, o := range c.Orders {
		orders[i] = o
		orders[i].Expr = g.column(o.Expr)
	}
	c.Orders = orders
	return c
}

func (g *gatherer) columns(exprs []*plan.Expr) []*plan.Expr {
	out := make([]*plan.Expr, len(exprs))
	for i, e := range exprs {
		out[i] = g.column(e)
	}
	return out
}

// independentGroups splits the groups into those that must be keys, by position, and those that follow from the window's key.
// rebuilt[i] computes group i from the window's key as column 0.
func independentGroups(groups, origins []*plan.Expr, window *plan.WindowKey) (kept []int, rebuilt map[int]*plan.Expr) {
	rebuilt = map[int]*plan.Expr{}
	for i := range groups {
		if window != nil && i != window.Group {
			if e := derive(groups[i].Bind(origins), groups[window.Group].Bind(origins)); e != nil {
				rebuilt[i] = e
				continue
			}
		}
		kept = append(kept, i)
	}
	return kept, rebuilt
}

// derive expresses e by key alone, as column 0; nil if it needs more.
func derive(e, key *plan.Expr) *plan.Expr {
	if e.Equal(key) {
		return plan.Col(0, "", key.Type)
	}
	if e.Kind == plan.Literal {
		return e
	}
	switch {
	case e.Kind == plan.Column, len(e.Args) == 0, e.Name == opaque, e.Name == scanColumn, e.Name == eventTime,
		plan.IsWindowList(e.Name):
		return nil
	}
	out := *e
	out.Args = make([]*plan.Expr, len(e.Args))
	for i, a := range e.Args {
		if out.Args[i] = derive(a, key); out.Args[i] == nil {
			return nil
		}
	}
	return &out
}

// restoreGroups puts the groups that were left out back in their places.
func restoreGroups(agg plan.Node, window *plan.WindowKey, groups []*plan.Expr, kept []int, rebuilt map[int]*plan.Expr) plan.Node {
	if len(rebuilt) == 0 {
		return agg
	}
	columns := agg.Columns()
	exprs := make([]*plan.Expr, 0, len(groups)+len(columns))
	names := make([]string, 0, cap(exprs))
	next := 0
	for i, g := range groups {
		if e, ok := rebuilt[i]; ok {
			key := plan.Col(window.Group, columns[window.Group].Name, columns[window.Group].Type)
			exprs = append(exprs, e.Bind([]*plan.Expr{key}))
		} else {
			exprs = append(exprs, plan.Col(next, columns[next].Name, columns[next].Type))
			next++
		}
		names = append(names, nameOf(g))
	}
	for i := len(kept); i < len(columns); i++ {
		exprs = append(exprs, plan.Col(i, columns[i].Name, columns[i].Type))
		names = append(names, columns[i].Name)
	}
	return &plan.Project{From: agg, Exprs: exprs, Names: names}
}
