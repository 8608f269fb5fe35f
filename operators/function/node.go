package function

import (
	"errors"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weirdb/weir/engine/plan"
)

// node is one step of a program: a column, a constant, a hole that DuckDB fills, or a kernel over other nodes.
type node struct {
	expr   *plan.Expr
	one    arrow.Array // constant: its value in one row, in memory that is not counted
	wide   arrow.Array // constant: as many copies as the longest batch so far had rows
	isHole bool
	hole   int // hole: position among what DuckDB computes
	loop   loop
	args   []*node
	lazy   bool // DuckDB evaluates the arguments for some rows only
	slot   int  // position in the frame's cache, -1 where only one node reads the result
}

// frame is what one Run works on.
type frame struct {
	rows   arrow.RecordBatch
	n      int
	mem    memory.Allocator
	asked  *holes
	filled arrow.RecordBatch // one column for each hole, nil without holes
	cache  []arrow.Array
	lazy   int // how many conditionals we are inside of
}

// refusal is a kernel's error: there is a row that it leaves to DuckDB.
type refusal struct{ reason string }

func (r *refusal) Error() string { return r.reason }

func refuse(reason string) error { return &refusal{reason} }

func refused(err error) bool {
	var r *refusal
	return errors.As(err, &r)
}

// share keeps the node's result for its other readers.
func (n *node) share(c *compiler) {
	if n.slot < 0 && n.loop != nil {
		n.slot = c.slots
		c.slots++
	}
}

// run computes the node. The caller releases the array.
func (n *node) run(f *frame) (arrow.Array, error) {
	switch {
	case n.one != nil:
		return n.repeat(f.n), nil
	case n.isHole:
		return retained(f.filled.Column(n.hole)), nil
	case n.loop == nil:
		return retained(f.rows.Column(n.expr.Index)), nil
	case n.slot >= 0 && f.cache[n.slot] != nil:
		return retained(f.cache[n.slot]), nil
	}
	out, err := n.compute(f)
	if refused(err) && f.lazy == 0 {
		out, err = f.ask(n.expr, err)
	}
	if err == nil && n.slot >= 0 {
		f.cache[n.slot] = retained(out)
	}
	return out, err
}

func (n *node) compute(f *frame) (arrow.Array, error) {
	args, err := n.arguments(f)
	if err != nil {
		return nil, err
	}
	defer releaseAll(args)
	return n.loop(f, args)
}

func (n *node) arguments(f *frame) ([]arrow.Array, error) {
	if n.lazy {
		f.lazy++
		defer func() { f.lazy-- }()
	}
	args := make([]arrow.Array, 0, len(n.args))
	for _, a := range n.args {
		arg, err := a.run(f)
		if err != nil {
			releaseAll(args)
			return nil, err
		}
		args = append(args, arg)
	}
	return args, nil
}

// repeat is the constant n times. The copies are kept, so most batches only slice them.
func (n *node) repeat(rows int) arrow.Array {
	if n.wide == nil || n.wide.Len() < rows {
		n.wide = Take(memory.DefaultAllocator, n.one, make([]int32, rows))
	}
	if n.wide.Len() == rows {
		return retained(n.wide)
	}
	return slice(n.wide, 0, rows)
}

func (f *frame) release() {
	releaseAll(f.cache)
	if f.filled != nil {
		f.filled.Release()
	}
}

func retained(a arrow.Array) arrow.Array {
	a.Retain()
	return a
}
