package filter

import (
	"slices"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/function"
)

// careful rewrites AND and OR as CASE, which evaluates its branches only for the rows that reach them. False and NULL are
// alike to a filter, so three-valued logic need not survive; what stands inside other expressions stays as it is.
//
//	a AND b   CASE WHEN a THEN b ELSE false END
//	a OR b    CASE WHEN a THEN true ELSE b END
func careful(e *plan.Expr) *plan.Expr {
	if e.Kind != plan.Call || (e.Name != plan.And && e.Name != plan.Or) {
		return e
	}
	args := slices.Clone(e.Args)
	slices.SortStableFunc(args, func(a, b *plan.Expr) int { return risk(a) - risk(b) })
	out := careful(args[len(args)-1])
	for _, a := range slices.Backward(args[:len(args)-1]) {
		if e.Name == plan.And {
			out = plan.Fn(plan.Case, e.Type, careful(a), out, truth(false))
		} else {
			out = plan.Fn(plan.Case, e.Type, careful(a), truth(true), out)
		}
	}
	return out
}

func truth(b bool) *plan.Expr { return plan.Lit(plan.Value{Bool: b}, types.Of(types.Boolean)) }

// risk orders predicates: those that cannot fail come first, those that DuckDB computes last.
func risk(e *plan.Expr) int {
	switch {
	case harmless(e):
		return 0
	case function.Native(e):
		return 1
	}
	return 2
}

// steady are the functions that have a value for all arguments.
var steady = []string{
	plan.Equal, plan.NotEqual, plan.Less, plan.LessEqual, plan.Greater, plan.GreaterEqual, plan.DistinctFrom, plan.NotDistinctFrom,
	plan.And, plan.Or, plan.Not, plan.IsNull, plan.IsNotNull, plan.In, plan.NotIn, "prefix", "suffix", "contains", "~~", "!~~",
	"lower", "upper", "length",
}

func harmless(e *plan.Expr) bool {
	switch e.Kind {
	case plan.Column, plan.Literal:
		return true
	case plan.Call:
		return slices.Contains(steady, e.Name) && !slices.ContainsFunc(e.Args, func(a *plan.Expr) bool { return !harmless(a) })
	}
	return false
}
