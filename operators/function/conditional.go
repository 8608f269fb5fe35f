package function

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/bitutil"

	"github.com/weirdb/weir/engine/plan"
)

// The kernels of conditionals compute all branches for all rows, then pick. That is right as long as no branch refuses; if one
// does, or needs DuckDB in the first place, the whole conditional is DuckDB's, which evaluates a branch for its rows only.
var conditionalKernels = []Kernel{
	{Names: []string{plan.Case}, Takes: "BOOLEAN conditions, values of one type", Doc: "The value of the first condition that is true.",
		Example: "CASE WHEN price > 100 THEN 'high' ELSE 'low' END", bind: bindCase, lazy: true},
	{Names: []string{plan.Coalesce}, Takes: "values of one type", Doc: "The first value that is not NULL.",
		Example: "coalesce(price, 0)", bind: bindCoalesce, lazy: true, sure: 1},
	{Names: []string{plan.Try}, Takes: "any type", Doc: "The value, NULL where it cannot be computed.", Example: "TRY(price * 1000)",
		bind: bindTry, lazy: true},
	{Names: []string{"greatest"}, Takes: "what < takes", Doc: "The greatest that is not NULL.", Example: "greatest(a, b)", bind: bindExtreme(true)},
	{Names: []string{"least"}, Takes: "what < takes", Doc: "The least that is not NULL.", Example: "least(a, b)", bind: bindExtreme(false)},
}

// oneType reports whether all arguments have e's type.
func oneType(e *plan.Expr, args []*plan.Expr) bool {
	for _, a := range args {
		if !sameType(e, a) {
			return false
		}
	}
	return true
}

// bindCase wants conditions and values in turn, as in the text, and the value of ELSE last.
func bindCase(e *plan.Expr) (loop, []*plan.Expr) {
	for i, a := range e.Args {
		if (i%2 == 1 || i == len(e.Args)-1) && !sameType(e, a) {
			return nil, nil
		}
	}
	return caseLoop, e.Args
}

func caseLoop(f *frame, in []arrow.Array) (arrow.Array, error) {
	last := len(in) / 2
	branches := make([]arrow.Array, last+1)
	pick := make([]uint16, f.n)
	for i := range pick {
		pick[i] = uint16(last)
	}
	branches[last] = in[len(in)-1]
	for b := last - 1; b >= 0; b-- { // an earlier condition goes over a later one
		branches[b] = in[2*b+1]
		bits := truths(in[2*b], f.n)
		for i := range pick {
			if bits[i>>3]>>(i&7)&1 == 1 {
				pick[i] = uint16(b)
			}
		}
	}
	return merge(f, branches, pick), nil
}

func bindCoalesce(e *plan.Expr) (loop, []*plan.Expr) {
	if !oneType(e, e.Args) {
		return nil, nil
	}
	return func(f *frame, in []arrow.Array) (arrow.Array, error) {
		if !mayBeNull(in[0]) {
			return retained(in[0]), nil
		}
		pick := make([]uint16, f.n)
		for i := range pick {
			for int(pick[i]) < len(in)-1 && in[pick[i]].IsNull(i) {
				pick[i]++
			}
		}
		return merge(f, in, pick), nil
	}, e.Args
}

// bindTry passes its argument on. If that refuses, so does TRY.
func bindTry(e *plan.Expr) (loop, []*plan.Expr) {
	return func(_ *frame, in []arrow.Array) (arrow.Array, error) { return retained(in[0]), nil }, e.Args
}

// bindExtreme keeps the best value so far of each row, and gives it up only for a better one.
func bindExtreme(greatest bool) func(*plan.Expr) (loop, []*plan.Expr) {
	return func(e *plan.Expr) (loop, []*plan.Expr) {
		less := order(e.Type)
		if less == nil || !oneType(e, e.Args) {
			return nil, nil
		}
		return func(f *frame, in []arrow.Array) (arrow.Array, error) {
			best := retained(in[0])
			for _, next := range in[1:] {
				better := bitmap(f.mem, f.n)
				if greatest {
					less(best, next, better.Bytes())
				} else {
					less(next, best, better.Bytes())
				}
				merged := merge(f, []arrow.Array{best, next}, pickBetter(best, next, better.Bytes(), f.n))
				better.Release()
				best.Release()
				best = merged
			}
			return best, nil
		}, e.Args
	}
}

// pickBetter is 1 where next is there and better, or the only one.
func pickBetter(best, next arrow.Array, better []byte, n int) []uint16 {
	pick := make([]uint16, n)
	for i := range pick {
		if next.IsValid(i) && (best.IsNull(i) || bitutil.BitIsSet(better, i)) {
			pick[i] = 1
		}
	}
	return pick
}
