package function

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/bitutil"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

func divide(a, b int64) int64    { return a / b }
func remainder(a, b int64) int64 { return a % b }

func divideUnsigned(a, b uint64) uint64    { return a / b }
func remainderUnsigned(a, b uint64) uint64 { return a % b }

func bindDivide(s func(a, b int64) int64, u func(a, b uint64) uint64) func(*plan.Expr) (loop, []*plan.Expr) {
	return func(e *plan.Expr) (loop, []*plan.Expr) {
		if len(e.Args) != 2 || !sameType(e, e.Args[0]) || !sameType(e, e.Args[1]) {
			return nil, nil
		}
		switch e.Type.ID {
		case types.TinyInt:
			return divideSigned[int8](e.Type, s), e.Args
		case types.SmallInt:
			return divideSigned[int16](e.Type, s), e.Args
		case types.Integer:
			return divideSigned[int32](e.Type, s), e.Args
		case types.BigInt:
			return divideSigned[int64](e.Type, s), e.Args
		case types.UTinyInt:
			return divideInto[uint8](e.Type, u), e.Args
		case types.USmallInt:
			return divideInto[uint16](e.Type, u), e.Args
		case types.UInteger:
			return divideInto[uint32](e.Type, u), e.Args
		case types.UBigInt:
			return divideInto[uint64](e.Type, u), e.Args
		}
		return nil, nil
	}
}

// divideSigned refuses the one quotient that does not fit, of the least number and -1. DuckDB refuses its remainder too.
func divideSigned[T signed](t types.Type, compute func(a, b int64) int64) loop {
	divide := divideInto[T](t, compute)
	return func(f *frame, in []arrow.Array) (arrow.Array, error) {
		a, b := values[T](in[0]), values[T](in[1])
		for i, x := range a {
			if b[i] == -1 && x == -x && x != 0 && in[0].IsValid(i) && in[1].IsValid(i) {
				return nil, refuse("overflow in division")
			}
		}
		return divide(f, in)
	}
}

func divideInto[T integer, W int64 | uint64](t types.Type, compute func(a, b W) W) loop {
	return func(f *frame, in []arrow.Array) (arrow.Array, error) {
		buf, out := allocate[T](f)
		valid := both(f, in...)
		a, b := values[T](in[0]), values[T](in[1])
		for i, y := range b {
			if y == 0 {
				valid = writable(f, valid)
				bitutil.ClearBit(valid.Bytes(), i)
				out[i] = 0
				continue
			}
			out[i] = T(compute(W(a[i]), W(y)))
		}
		return build(t.Arrow(), f.n, valid, buf), nil
	}
}
