// Package filter is the operator that keeps the rows for which every predicate is true.
//
// A row that one predicate excludes never makes another one fail, in whatever order they are written: an error ends a query,
// so it must come from a row that counts. That is also DuckDB's rule for WHERE, which tests each predicate on the rows that
// the ones before have left. To add an expression that predicates can use, see package function.
package filter

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/bitutil"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/function"
)

// filter tests what has kernels first, and what needs DuckDB on the rows that are left.
//
//	rows ──► native ──► rows that passed ──► foreign ──► out
type filter struct {
	native  *condition // nil if no predicate is
	foreign *condition
	mem     memory.Allocator
	index   []int32
}

// New makes the operator. Predicates are BOOLEAN expressions over the input columns; NULL does not pass. It returns an error if
// one does not fit the input.
func New(predicates []*plan.Expr, input []types.Field, eval engine.Evaluator, mem memory.Allocator) (engine.Operator, error) {
	var native, foreign []*plan.Expr
	for _, p := range predicates {
		if p.Type.ID != types.Boolean {
			return nil, fmt.Errorf("filter: %s is %s, not BOOLEAN", p, p.Type)
		}
		if function.Native(p) {
			native = append(native, p)
		} else {
			foreign = append(foreign, p)
		}
	}
	f := &filter{mem: mem}
	var err error
	if f.native, err = newCondition(native, input, eval, mem); err != nil {
		return nil, fmt.Errorf("filter: %w", err)
	}
	if f.foreign, err = newCondition(foreign, input, eval, mem); err != nil {
		return nil, fmt.Errorf("filter: %w", err)
	}
	return f, nil
}

// Process implements engine.Operator.
func (f *filter) Process(_ int, b engine.Batch, out engine.Emitter) error {
	b, err := f.keep(f.native, b.Retain())
	if err != nil {
		return err
	}
	if b.Rows.NumRows() > 0 {
		b, err = f.keep(f.foreign, b)
	}
	if err != nil {
		return err
	}
	defer b.Release()
	if b.Rows.NumRows() == 0 {
		return nil
	}
	return out.Emit(b)
}

// Advance implements engine.Operator. There is nothing to wait for.
func (f *filter) Advance(engine.Time, engine.Emitter) error { return nil }

// keep returns the rows that pass c: b itself if all do. It takes b over, and owes the caller what it returns.
func (f *filter) keep(c *condition, b engine.Batch) (engine.Batch, error) {
	if c == nil {
		return b, nil
	}
	passed, err := c.test(b.Rows)
	if err != nil {
		b.Release()
		return engine.Batch{}, err
	}
	defer passed.Release()
	truth := passed.(*array.Boolean)
	if allTrue(truth) {
		return b, nil
	}
	f.index = chosen(truth, f.index[:0])
	defer b.Release()
	return engine.Batch{Rows: function.Select(f.mem, b.Rows, f.index), Weights: weights(b.Weights, f.index)}, nil
}

func weights(from []int8, index []int32) []int8 {
	if from == nil {
		return nil
	}
	out := make([]int8, len(index))
	for i, at := range index {
		out[i] = from[at]
	}
	return out
}

// allTrue reports whether every row passes: mostly so where the condition only guards against bad rows.
func allTrue(passed *array.Boolean) bool {
	d := passed.Data()
	return passed.NullN() == 0 && (d.Len() == 0 || bitutil.CountSetBits(d.Buffers()[1].Bytes(), d.Offset(), d.Len()) == d.Len())
}

// chosen appends the rows that are true.
func chosen(passed *array.Boolean, index []int32) []int32 {
	n, offset := passed.Len(), passed.Offset()
	if n == 0 {
		return index
	}
	index = slices.Grow(index, n)
	truth, valid := reader(passed.Data().Buffers()[1].Bytes(), offset, n), reader(passed.NullBitmapBytes(), offset, n)
	for base := 0; base < n; base += 64 {
		for word := truth(base) & valid(base); word != 0; word &= word - 1 {
			index = append(index, int32(base+bits.TrailingZeros64(word)))
		}
	}
	return index
}

// condition is a list of predicates that must all be true.
type condition struct {
	quick   *function.Program // evaluates everything for all rows
	careful *function.Program // evaluates each part for the rows where it matters
}

func newCondition(predicates []*plan.Expr, input []types.Field, eval engine.Evaluator, mem memory.Allocator) (*condition, error) {
	if len(predicates) == 0 {
		return nil, nil
	}
	all := predicates[0]
	if len(predicates) > 1 {
		all = plan.Fn(plan.And, types.Of(types.Boolean), predicates...)
	}
	quick, err := function.Compile([]*plan.Expr{all}, input, eval, mem)
	if err != nil {
		return nil, err
	}
	lazy := careful(all)
	if lazy == all {
		return &condition{quick: quick}, nil
	}
	program, err := function.Compile([]*plan.Expr{lazy}, input, eval, mem)
	return &condition{quick, program}, err
}

// test returns the truth of each row. Where the quick way fails, the row to blame may be one that another predicate excludes.
func (c *condition) test(rows arrow.RecordBatch) (arrow.Array, error) {
	out, err := c.quick.Run(rows)
	if err == nil {
		return out[0], nil
	}
	if c.careful == nil {
		return nil, err
	}
	out, second := c.careful.Run(rows)
	if second != nil {
		return nil, err // it names the part that fails
	}
	return out[0], nil
}
