package planner

import (
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/sql/duckplan"
)

func (b *builder) aggregate(op *duckplan.Aggregate) (plan.Node, error) {
	if op.Sets != nil || len(op.Groupings) > 0 {
		return nil, refuse(op)
	}
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
		if len(c.Orders) > 0 {
			return nil, &duckplan.Unsupported{Construct: c.Name + "(… ORDER BY …)", Instead: "leave the ORDER BY out", Position: c.Pos}
		}
		if calls[i] = c; c.Filter != nil {
			calls[i].Filter = settleExpr(c.Filter, input)
		}
		if calls[i].Args, err = settle(c.Args, input); err != nil {
			return nil, err
		}
		if err := b.check(&calls[i]); err != nil {
			return nil, &duckplan.Mistake{Message: err.Error(), Position: c.Pos}
		}
	}
	return b.grouped(from, groups, calls)
}

// grouped builds an aggregate whose groups, arguments and filters are plain columns, and whose keys are independent of the
// window's key:
//
//	GROUP BY window_start, window_end, auction      aggregate by window_start, auction
//	                                           ──►  project window_start, window_start + size, auction
func (b *builder) grouped(from plan.Node, groups []*plan.Expr, calls []plan.AggregateCall) (plan.Node, error) {
	if inner := lastAggregate(from); inner != nil && inner.Window == nil {
		return nil, &duckplan.Unsupported{
			Construct: "an aggregate over an aggregate that has no window", Position: -1,
			Instead: "group the inner one by a window over the source's WATERMARK column, or aggregate when you read the view",
		}
	}
	origins := originsOf(from)
	window := findWindow(groups, origins)
	kept, rebuilt := independentGroups(groups, origins, window)
	g := &gatherer{}
	agg := &plan.Aggregate{EventTime: -1}
	for i, at := range kept {
		agg.Groups = append(agg.Groups, g.column(groups[at]))
		agg.Names = append(agg.Names, nameOf(groups[at]))
		if window != nil && at == window.Group {
			agg.Window = &plan.WindowKey{Group: i, Of: window.Of}
		}
	}
	for _, c := range calls {
		c.Args = g.columns(c.Args)
		if c.Filter != nil {
			c.Filter = g.column(c.Filter)
		}
		agg.Calls = append(agg.Calls, c)
	}
	if window != nil {
		agg.EventTime = g.eventTime(from, origins)
	}
	agg.From = projectOver(from, g.exprs, g.names)
	if window != nil && agg.EventTime < 0 {
		agg.EventTime = keepEventTime(agg.From)
	}
	return restoreGroups(agg, groups, kept, rebuilt), nil
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
	if e.Kind == plan.Column || e.Name == opaque || len(e.Args) == 0 {
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
func restoreGroups(agg *plan.Aggregate, groups []*plan.Expr, kept []int, rebuilt map[int]*plan.Expr) plan.Node {
	if len(rebuilt) == 0 {
		return agg
	}
	columns := agg.Columns()
	exprs := make([]*plan.Expr, 0, len(groups)+len(agg.Calls))
	names := make([]string, 0, cap(exprs))
	next := 0
	for i, g := range groups {
		if e, ok := rebuilt[i]; ok {
			key := plan.Col(agg.Window.Group, columns[agg.Window.Group].Name, columns[agg.Window.Group].Type)
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
