package duckplan

import (
	"fmt"
	"slices"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// checker computes the types of each operator's output by the rules in the comments of the operators, and wants every column that
// an expression reads to have the type that DuckDB says. A wrong rule does not survive many plans.
type checker struct {
	ctes       map[int][]types.Type
	errors     []error
	unnumbered bool // rows below have a STRUCT in place of their number
}

func (c *checker) columns(op Operator) []types.Type {
	switch op := op.(type) {
	case *Join:
		return c.join(op)
	case *DelimJoin:
		rows := c.columns(op.Rows())
		c.exprs("delim", op.Columns, rows)
		return c.join(&op.Join)
	case *CTE:
		c.ctes[op.ID] = c.columns(op.Definition)
		return c.columns(op.From)
	case *CTERef:
		c.same("cte ref", op.Types, c.ctes[op.ID])
		return op.Types
	case *DelimGet:
		if op.Of == nil || len(op.Of.Columns) != len(op.Types) {
			c.fail("delim get without its join")
		}
		return op.Types
	case *SetOperation:
		first := c.columns(op.From[0])
		for _, in := range op.From[1:] {
			c.same(string(op.Kind), c.columns(in), first)
		}
		return first
	case *DummyScan:
		return nil
	case *EmptyResult:
		return op.Types
	case *Get:
		return fields(op.Columns, op.Read)
	case *TableScan:
		return fields(op.Columns, op.Read)
	}
	return c.unary(op, c.columns(Inputs(op)[0]))
}

func (c *checker) unary(op Operator, in []types.Type) []types.Type {
	switch op := op.(type) {
	case *Filter:
		c.exprs("filter", op.Predicates, in)
		return keep(in, op.Kept)
	case *Projection:
		return c.exprs("projection", op.Exprs, in)
	case *Aggregate:
		return c.aggregate(op, in)
	case *Distinct:
		c.exprs("distinct", op.On, in)
		c.orders(op.Orders, in)
		return in
	case *OrderBy:
		c.orders(op.Orders, in)
		return keep(in, op.Kept)
	case *Limit:
		return in
	case *Window:
		return c.window(op, in)
	case *Unnest:
		for i, t := range c.exprs("unnest", op.Lists, in) {
			c.same("unnest", []types.Type{op.Types[i]}, []types.Type{t.Element()})
		}
		return append(in[:len(in):len(in)], op.Types...)
	case *Values:
		for _, row := range op.Rows {
			c.same("values", c.exprs("values", row, in), op.Types)
		}
		return op.Types
	}
	c.fail("no rule for %T", op)
	return nil
}

func (c *checker) aggregate(op *Aggregate, in []types.Type) []types.Type {
	out := c.exprs("groups", op.Groups, in)
	for i := range op.Calls {
		call := &op.Calls[i]
		c.exprs(call.Name, call.Args, in)
		c.orders(call.Orders, in)
		if call.Filter != nil {
			c.exprs("filter", []*plan.Expr{call.Filter}, in)
		}
		out = append(out, call.Type)
	}
	for range op.Groupings {
		out = append(out, types.Of(types.BigInt))
	}
	return out
}

func (c *checker) window(op *Window, in []types.Type) []types.Type {
	out := in[:len(in):len(in)]
	for i := range op.Calls {
		call := &op.Calls[i]
		c.exprs(call.Name, call.Args, in)
		c.exprs("partition", call.Partition, in)
		c.orders(call.Orders, in)
		c.orders(call.ArgOrders, in)
		for _, e := range []*plan.Expr{call.Filter, call.Start.Offset, call.End.Offset} {
			if e != nil {
				c.exprs("frame", []*plan.Expr{e}, in)
			}
		}
		out = append(out, call.Type)
	}
	return out
}

func (c *checker) join(j *Join) []types.Type {
	left, right := c.columns(j.Left), c.columns(j.Right)
	both := append(left[:len(left):len(left)], right...)
	for _, on := range j.Conditions {
		c.same("condition", c.exprs("left", []*plan.Expr{on.Left}, left), c.exprs("right", []*plan.Expr{on.Right}, right))
	}
	if j.Predicate != nil {
		c.exprs("predicate", []*plan.Expr{j.Predicate}, both)
	}
	left, right = keep(left, j.LeftKept), keep(right, j.RightKept)
	switch j.Kind {
	case SemiJoin, AntiJoin:
		return left
	case MarkJoin:
		return append(left[:len(left):len(left)], types.Of(types.Boolean))
	}
	return append(left[:len(left):len(left)], right...)
}

func (c *checker) orders(orders []plan.Order, in []types.Type) {
	for _, o := range orders {
		c.exprs("order", []*plan.Expr{o.Expr}, in)
	}
}

// exprs checks the columns that expressions read, and returns the expressions' types. Where unnumber has put a STRUCT in place of the
// number that DuckDB gives to rows, called delim_index, types are only settled by the planner.
func (c *checker) exprs(what string, exprs []*plan.Expr, in []types.Type) []types.Type {
	out := make([]types.Type, len(exprs))
	c.unnumbered = c.unnumbered || slices.ContainsFunc(exprs, func(e *plan.Expr) bool { return e.Alias == "delim_index" })
	for i, e := range exprs {
		out[i] = e.Type
		e.Rewrite(func(x *plan.Expr) *plan.Expr {
			if x.Kind == plan.Column && (x.Index >= len(in) || !c.unnumbered && !in[x.Index].Equal(x.Type)) {
				c.fail("%s reads column %d as %s of %v", what, x.Index, x.Type, in)
			}
			return x
		})
	}
	return out
}

func (c *checker) same(what string, got, want []types.Type) {
	if fmt.Sprint(got) != fmt.Sprint(want) {
		c.fail("%s: types %v and %v", what, got, want)
	}
}

func (c *checker) fail(format string, args ...any) {
	c.errors = append(c.errors, fmt.Errorf(format, args...))
}

func fields(columns []types.Field, read []int) []types.Type {
	out := make([]types.Type, len(read))
	for i, at := range read {
		out[i] = columns[at].Type
	}
	return out
}

func keep(in []types.Type, kept []int) []types.Type {
	if kept == nil {
		return in
	}
	out := make([]types.Type, len(kept))
	for i, at := range kept {
		out[i] = in[at]
	}
	return out
}
