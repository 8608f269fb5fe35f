package function

import (
	"math"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// unary computes a value from one value of the same type. fits, if not nil, tells the values that have a result.
func unary[T fixed](t types.Type, compute func(T) T, fits func(T) bool) loop {
	return func(f *frame, in []arrow.Array) (arrow.Array, error) {
		buf, out := allocate[T](f)
		for i, x := range values[T](in[0]) {
			if fits != nil && !fits(x) && in[0].IsValid(i) {
				return discard("overflow", buf)
			}
			out[i] = compute(x)
		}
		return build(t.Arrow(), f.n, both(f, in...), buf), nil
	}
}

// hasOpposite is false for the least number of a width, which is its own opposite.
func hasOpposite[T signed](x T) bool { return x != -x || x == 0 }

func negate[T signed | float](x T) T { return -x }

func magnitude[T signed](x T) T {
	if x < 0 {
		return -x
	}
	return x
}

func bindNegate(e *plan.Expr) (loop, []*plan.Expr) {
	if len(e.Args) != 1 || !sameType(e, e.Args[0]) {
		return nil, nil
	}
	switch t := e.Type; t.ID {
	case types.TinyInt:
		return unary(t, negate[int8], hasOpposite[int8]), e.Args
	case types.SmallInt:
		return unary(t, negate[int16], hasOpposite[int16]), e.Args
	case types.Integer:
		return unary(t, negate[int32], hasOpposite[int32]), e.Args
	case types.BigInt:
		return unary(t, negate[int64], hasOpposite[int64]), e.Args
	case types.Float:
		return unary(t, negate[float32], nil), e.Args
	case types.Double:
		return unary(t, negate[float64], nil), e.Args
	}
	return nil, nil
}

func bindAbs(e *plan.Expr) (loop, []*plan.Expr) {
	if !sameType(e, e.Args[0]) {
		return nil, nil
	}
	switch t := e.Type; t.ID {
	case types.TinyInt:
		return unary(t, magnitude[int8], hasOpposite[int8]), e.Args
	case types.SmallInt:
		return unary(t, magnitude[int16], hasOpposite[int16]), e.Args
	case types.Integer:
		return unary(t, magnitude[int32], hasOpposite[int32]), e.Args
	case types.BigInt:
		return unary(t, magnitude[int64], hasOpposite[int64]), e.Args
	case types.Float:
		return unary(t, func(x float32) float32 { return float32(math.Abs(float64(x))) }, nil), e.Args
	case types.Double:
		return unary(t, math.Abs, nil), e.Args
	}
	return nil, nil
}

// bindRounding is for one DOUBLE; round to a number of digits is DuckDB's.
func bindRounding(compute func(float64) float64) func(*plan.Expr) (loop, []*plan.Expr) {
	return func(e *plan.Expr) (loop, []*plan.Expr) {
		if len(e.Args) != 1 || e.Type.ID != types.Double || !sameType(e, e.Args[0]) {
			return nil, nil
		}
		return unary(e.Type, compute, nil), e.Args
	}
}
