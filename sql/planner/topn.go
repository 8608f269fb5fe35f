package planner

import (
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// mostFirst is how many rows of a key a TopN is asked for at most: at each flush it looks at all of those of a key that has changed.
const mostFirst = 10_000

// ranking is an OVER that only numbers the rows of each key in one order, row_number() or rank(): a filter on the number may make
// a TopN of it.
type ranking struct {
	from  plan.Node // its columns from width on are of the keys only
	width int
	keys  []int
	call  plan.OverCall
	calls int // all alike
}

// noteRanking remembers what a node that computes calls ranks by, if it does no more than that.
func (b *builder) noteRanking(n *plan.Relational, r ranking, calls []plan.OverCall) {
	first := &calls[0]
	for i := range calls {
		if !ranks(&calls[i]) || calls[i].Name != first.Name || plan.OrdersSQL(calls[i].Orders, byPosition) != plan.OrdersSQL(first.Orders, byPosition) {
			return
		}
	}
	r.call, r.calls = *first, len(calls)
	b.rankings[n] = r
}

// ranks reports whether a call is row_number() or rank(), over an order that a TopN can tell.
func ranks(c *plan.OverCall) bool {
	if c.Name != "row_number" && c.Name != "rank" || len(c.Args)+len(c.ArgOrders) > 0 || c.Distinct || c.Filter != nil || c.Exclude != "" {
		return false
	}
	return rankable(c.Orders)
}

// rankable reports whether rows can be ranked by the types of an ORDER BY.
func rankable(orders []plan.Order) bool {
	for _, o := range orders {
		if t := o.Expr.Type; t.Nested() || t.ID == types.Interval || t.ID == types.Null {
			return false
		}
	}
	return len(orders) > 0
}

// filterRanks is a filter over a ranking whose predicates bound the rank by a constant; nil if it is not one.
func (b *builder) filterRanks(from plan.Node, predicates []*plan.Expr) plan.Node {
	over, _ := from.(*plan.Relational)
	r, ok := b.rankings[over]
	if over == nil || !ok {
		return nil
	}
	limit, rest := int64(mostFirst+1), []*plan.Expr{}
	for _, e := range predicates {
		bound, implied, bounds := rankBound(e, r.width)
		if bounds {
			limit = min(limit, bound)
		}
		if !implied {
			rest = append(rest, e)
		}
	}
	if limit < 1 || limit > mostFirst {
		return nil
	}
	n := b.topN(r.from, r.keys, r.call.Orders, limit)
	n.Ties, n.Ranks, n.Name = r.call.Name == "rank", true, nameOfOver(&r.call)
	columns := identity(r.width)
	for range r.calls {
		columns = append(columns, len(n.From.Columns()))
	}
	out := renamed(n, columns, over.Columns())
	if len(rest) > 0 {
		out = &plan.Filter{From: out, Predicates: rest}
	}
	return out
}

// rankBound is the highest rank that a predicate lets pass, of ranks in the columns from width on. implied says that it lets all up
// to it pass.
func rankBound(e *plan.Expr, width int) (bound int64, implied, ok bool) {
	if e.Kind != plan.Call || len(e.Args) != 2 {
		return 0, false, false
	}
	rank, constant, op := e.Args[0], e.Args[1], e.Name
	if rank.IsConstant() {
		rank, constant, op = constant, rank, plan.Flipped(op)
	}
	if rank.Kind != plan.Column || rank.Index < width || !constant.IsConstant() || !constant.Type.Integral() || constant.Type.ID == types.UBigInt ||
		constant.Value.Null {
		return 0, false, false
	}
	n := constant.Value.Int
	switch op {
	case plan.LessEqual:
		return n, true, true
	case plan.Less:
		return n - 1, true, true
	case plan.Equal:
		return n, n == 1, true
	}
	return 0, false, false
}

// topN keeps the first rows of each key, by the values of expressions.
func (b *builder) topN(from plan.Node, keys []int, orders []plan.Order, limit int64) *plan.TopN {
	exprs := make([]*plan.Expr, len(orders))
	for i, o := range orders {
		exprs[i] = o.Expr
	}
	keyed, at := columnsAnd(from, exprs)
	columns := keyed.Columns()
	n := &plan.TopN{From: keyed, Keys: keys, Limit: limit, AppendOnly: !updating(keyed)}
	for i, o := range orders {
		o.Expr = plan.Col(at[i], columns[at[i]].Name, columns[at[i]].Type)
		n.Orders = append(n.Orders, o)
	}
	return n
}

// renamed keeps some columns, with the names of fields.
func renamed(from plan.Node, columns []int, fields []types.Field) plan.Node {
	input := from.Columns()
	exprs, names := make([]*plan.Expr, len(columns)), make([]string, len(columns))
	for i, at := range columns {
		exprs[i], names[i] = plan.Col(at, fields[i].Name, input[at].Type), fields[i].Name
	}
	return projectOver(from, exprs, names)
}

// dropRanks leaves out ranks that nothing reads, and those that are always 1: a row whose rank changes is then no change.
func dropRanks(root plan.Node) {
	plan.Walk(root, func(n plan.Node) {
		project, ok := n.(*plan.Project)
		if !ok {
			return
		}
		top, ok := project.From.(*plan.TopN)
		if !ok || !top.Ranks {
			return
		}
		rank := len(top.From.Columns())
		if top.Limit == 1 {
			for i, e := range project.Exprs {
				project.Exprs[i] = e.Rewrite(func(x *plan.Expr) *plan.Expr {
					if x.Kind != plan.Column || x.Index != rank {
						return x
					}
					return plan.Lit(plan.Value{Int: 1}, x.Type)
				})
			}
		}
		read := map[int]bool{}
		for _, e := range project.Exprs {
			e.Columns(read)
		}
		top.Ranks = read[rank]
	})
}
