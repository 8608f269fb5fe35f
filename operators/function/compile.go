package function

import (
	"fmt"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// compiler turns expressions into nodes. Equal expressions become one node.
type compiler struct {
	input []types.Field
	known map[string]*node
	holes holes
	slots int
}

// check finds columns that the input does not have, and parameters without their lambda.
func (c *compiler) check(e *plan.Expr) error {
	if e.Kind == plan.Column {
		return c.checkColumn(e)
	}
	for _, a := range e.Args {
		if err := c.check(a); err != nil {
			return err
		}
	}
	return nil
}

func (c *compiler) checkColumn(e *plan.Expr) error {
	if e.Index < 0 || e.Index >= len(c.input) {
		return fmt.Errorf("column %s is number %d of an input of %d columns", e, e.Index, len(c.input))
	}
	if have := c.input[e.Index].Type; !have.Equal(e.Type) {
		return fmt.Errorf("column %s is %s, the expression wants %s", e, have, e.Type)
	}
	return nil
}

func (c *compiler) compile(e *plan.Expr) (*node, error) {
	key := identity(e)
	if n, ok := c.known[key]; ok {
		n.share(c)
		return n, nil
	}
	n, err := c.build(e)
	if err != nil {
		return nil, err
	}
	c.known[key] = n
	return n, nil
}

// identity is equal for expressions that compute the same.
func identity(e *plan.Expr) string {
	return e.Type.String() + " " + e.SQL(func(x *plan.Expr) string { return "#" + strconv.Itoa(x.Index) })
}

func (c *compiler) build(e *plan.Expr) (*node, error) {
	if e.Kind == plan.Column {
		return &node{expr: e, slot: -1}, nil
	}
	if e.Kind == plan.Literal {
		return c.literal(e)
	}
	k, loop, args := choose(e)
	if k == nil {
		return c.hole(e)
	}
	n := &node{expr: e, loop: loop, lazy: k.lazy, slot: -1}
	for _, a := range args {
		arg, err := c.compile(a)
		if err != nil {
			return nil, err
		}
		n.args = append(n.args, arg)
	}
	return n.fold(), nil
}

func (c *compiler) literal(e *plan.Expr) (*node, error) {
	if one := constant(e.Value, e.Type); one != nil {
		return &node{expr: e, one: one, slot: -1}, nil
	}
	return c.hole(e)
}

func (c *compiler) hole(e *plan.Expr) (*node, error) {
	if c.holes.eval == nil {
		return nil, fmt.Errorf("%s has no kernel, and there is no DuckDB to compute it", e)
	}
	c.holes.exprs = append(c.holes.exprs, e)
	return &node{expr: e, isHole: true, hole: len(c.holes.exprs) - 1, slot: -1}, nil
}

// fold computes a node whose arguments are all constants. Where that fails the node stays: it may never be reached.
func (n *node) fold() *node {
	if len(n.args) == 0 {
		return n
	}
	args := make([]arrow.Array, len(n.args))
	for i, a := range n.args {
		if a.one == nil {
			return n
		}
		args[i] = a.one
	}
	f := &frame{n: 1, mem: memory.DefaultAllocator}
	one, err := n.loop(f, args)
	if err != nil {
		return n
	}
	return &node{expr: n.expr, one: one, slot: -1}
}
