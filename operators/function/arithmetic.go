package function

import (
	"math"
	"math/bits"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

const numbers = "integers, FLOAT or DOUBLE of one type; DECIMAL, HUGEINT"

var arithmeticKernels = []Kernel{
	{Names: []string{"+"}, Takes: numbers, Doc: "The sum; an overflow is an error.", Example: "price + 1", bind: bindBinary(adders)},
	{Names: []string{"-"}, Takes: numbers, Doc: "The difference; an overflow is an error.", Example: "price - 1", bind: bindBinary(subtracters)},
	{Names: []string{"*"}, Takes: numbers, Doc: "The product; an overflow is an error.", Example: "price * 2", bind: bindBinary(multipliers)},
	{Names: []string{"+", "-", "*"}, Takes: "DECIMAL, HUGEINT", Doc: "The same, exactly, at the scale of the result.",
		Example: "amount * 1.19", bind: bindDecimal},
	{Names: []string{"-"}, Takes: "one signed integer, FLOAT, DOUBLE", Doc: "The opposite number.", Example: "-price", bind: bindNegate},
	{Names: []string{"/"}, Takes: "FLOAT, DOUBLE", Doc: "The quotient; by zero it is infinite or NaN.", Example: "total / 3.5::DOUBLE",
		bind: bindBinary(&operators{f32: divideFloats[float32], f64: divideFloats[float64]})},
	{Names: []string{"%", "mod"}, Takes: "FLOAT, DOUBLE", Doc: "The remainder with the sign of the first.", Example: "x % 2.5::DOUBLE",
		bind: bindBinary(&operators{f32: remainderFloats[float32], f64: remainderFloats[float64]})},
	{Names: []string{"//"}, Takes: "integers", Doc: "The quotient without its fraction; NULL by zero.", Example: "price // 10",
		bind: bindDivide(divide, divideUnsigned)},
	{Names: []string{"%", "mod"}, Takes: "integers", Doc: "The remainder with the sign of the first; NULL by zero.", Example: "price % 10",
		bind: bindDivide(remainder, remainderUnsigned)},
	{Names: []string{"abs", "@"}, Takes: "signed integers, FLOAT, DOUBLE", Doc: "The value without its sign.", Example: "abs(delta)", bind: bindAbs},
	{Names: []string{"round"}, Takes: "DOUBLE", Doc: "The nearest whole number, halves away from zero.", Example: "round(x)", bind: bindRounding(math.Round)},
	{Names: []string{"floor"}, Takes: "DOUBLE", Doc: "The greatest whole number not above.", Example: "floor(x)", bind: bindRounding(math.Floor)},
	{Names: []string{"ceil", "ceiling"}, Takes: "DOUBLE", Doc: "The least whole number not below.", Example: "ceil(x)", bind: bindRounding(math.Ceil)},
}

// numeric computes out from a and b, and reports whether a value did not fit. That may have been in a NULL row.
type numeric[T fixed] func(a, b, out []T) (overflow bool)

// operators are one operator in all layouts; nil where DuckDB has it.
type operators struct {
	i8  numeric[int8]
	i16 numeric[int16]
	i32 numeric[int32]
	i64 numeric[int64]
	u8  numeric[uint8]
	u16 numeric[uint16]
	u32 numeric[uint32]
	u64 numeric[uint64]
	f32 numeric[float32]
	f64 numeric[float64]
}

var adders = &operators{addSigned[int8], addSigned[int16], addSigned[int32], addSigned[int64],
	addUnsigned[uint8], addUnsigned[uint16], addUnsigned[uint32], addUnsigned[uint64], addFloats[float32], addFloats[float64]}

var subtracters = &operators{subtractSigned[int8], subtractSigned[int16], subtractSigned[int32], subtractSigned[int64],
	subtractUnsigned[uint8], subtractUnsigned[uint16], subtractUnsigned[uint32], subtractUnsigned[uint64],
	subtractFloats[float32], subtractFloats[float64]}

var multipliers = &operators{multiplySmall[int8], multiplySmall[int16], multiplySmall[int32], multiplySigned,
	multiplySmall[uint8], multiplySmall[uint16], multiplySmall[uint32], multiplyUnsigned, multiplyFloats[float32], multiplyFloats[float64]}

// loop picks the operator for a type; nil where there is none. Dates and times are not numbers.
func (o *operators) loop(t types.Type) loop {
	switch t.ID {
	case types.TinyInt:
		return binary(o.i8, t)
	case types.SmallInt:
		return binary(o.i16, t)
	case types.Integer:
		return binary(o.i32, t)
	case types.BigInt:
		return binary(o.i64, t)
	case types.UTinyInt:
		return binary(o.u8, t)
	case types.USmallInt:
		return binary(o.u16, t)
	case types.UInteger:
		return binary(o.u32, t)
	case types.UBigInt:
		return binary(o.u64, t)
	case types.Float:
		return binary(o.f32, t)
	case types.Double:
		return binary(o.f64, t)
	}
	return nil
}

func bindBinary(o *operators) func(*plan.Expr) (loop, []*plan.Expr) {
	return func(e *plan.Expr) (loop, []*plan.Expr) {
		if len(e.Args) != 2 || !sameType(e, e.Args[0]) || !sameType(e, e.Args[1]) {
			return nil, nil
		}
		return o.loop(e.Type), e.Args
	}
}

func binary[T fixed](compute numeric[T], t types.Type) loop {
	if compute == nil {
		return nil
	}
	return func(f *frame, in []arrow.Array) (arrow.Array, error) {
		buf, out := allocate[T](f)
		valid := both(f, in...)
		a, b := values[T](in[0]), values[T](in[1])
		if compute(a, b[:len(a)], out[:len(a)]) && overflows(compute, a, b, out, valid) {
			return discard("overflow", buf, valid)
		}
		return build(t.Arrow(), f.n, valid, buf), nil
	}
}

// overflows looks again, row by row, at a batch that did not fit: only rows that are not NULL count.
func overflows[T fixed](compute numeric[T], a, b, out []T, valid *memory.Buffer) bool {
	for i := range a {
		if isSet(valid, i) && compute(a[i:i+1], b[i:i+1], out[i:i+1]) {
			return true
		}
	}
	return false
}

// discard gives up an output and refuses the batch.
func discard(reason string, buffers ...*memory.Buffer) (arrow.Array, error) {
	for _, b := range buffers {
		if b != nil {
			b.Release()
		}
	}
	return nil, refuse(reason)
}

// The loops cut b and out to the length of a, so that the compiler need not check each index.

// addSigned overflows where both have one sign and the sum has the other.
func addSigned[T signed](a, b, out []T) bool {
	b, out = b[:len(a)], out[:len(a)]
	var over T
	for i, x := range a {
		y := b[i]
		sum := x + y
		out[i] = sum
		over |= (x ^ sum) & (y ^ sum)
	}
	return over < 0
}

func subtractSigned[T signed](a, b, out []T) bool {
	b, out = b[:len(a)], out[:len(a)]
	var over T
	for i, x := range a {
		y := b[i]
		rest := x - y
		out[i] = rest
		over |= (x ^ y) & (x ^ rest)
	}
	return over < 0
}

func addUnsigned[T unsigned](a, b, out []T) bool {
	b, out = b[:len(a)], out[:len(a)]
	var over byte
	for i, x := range a {
		out[i] = x + b[i]
		over |= bit(out[i] < x)
	}
	return over != 0
}

func subtractUnsigned[T unsigned](a, b, out []T) bool {
	b, out = b[:len(a)], out[:len(a)]
	var over byte
	for i, x := range a {
		out[i] = x - b[i]
		over |= bit(x < b[i])
	}
	return over != 0
}

// multiplySmall multiplies what fits in 32 bits: the product fits in 64.
func multiplySmall[T int8 | int16 | int32 | uint8 | uint16 | uint32](a, b, out []T) bool {
	b, out = b[:len(a)], out[:len(a)]
	var over byte
	for i, x := range a {
		product := uint64(int64(x)) * uint64(int64(b[i]))
		out[i] = T(product)
		over |= bit(uint64(int64(out[i])) != product)
	}
	return over != 0
}

func multiplySigned(a, b, out []int64) bool {
	b, out = b[:len(a)], out[:len(a)]
	var over byte
	for i, x := range a {
		y := b[i]
		hi, lo := bits.Mul64(uint64(x), uint64(y))
		high := int64(hi) - x>>63&y - y>>63&x // of the signed product
		out[i] = int64(lo)
		over |= bit(high != int64(lo)>>63)
	}
	return over != 0
}

func multiplyUnsigned(a, b, out []uint64) bool {
	b, out = b[:len(a)], out[:len(a)]
	var over uint64
	for i, x := range a {
		hi, lo := bits.Mul64(x, b[i])
		out[i] = lo
		over |= hi
	}
	return over != 0
}

func addFloats[T float](a, b, out []T) bool {
	b, out = b[:len(a)], out[:len(a)]
	for i, x := range a {
		out[i] = x + b[i]
	}
	return false
}

func subtractFloats[T float](a, b, out []T) bool {
	b, out = b[:len(a)], out[:len(a)]
	for i, x := range a {
		out[i] = x - b[i]
	}
	return false
}

func multiplyFloats[T float](a, b, out []T) bool {
	b, out = b[:len(a)], out[:len(a)]
	for i, x := range a {
		out[i] = x * b[i]
	}
	return false
}

func divideFloats[T float](a, b, out []T) bool {
	b, out = b[:len(a)], out[:len(a)]
	for i, x := range a {
		out[i] = x / b[i]
	}
	return false
}

func remainderFloats[T float](a, b, out []T) bool {
	b, out = b[:len(a)], out[:len(a)]
	for i, x := range a {
		out[i] = T(math.Mod(float64(x), float64(b[i])))
	}
	return false
}
