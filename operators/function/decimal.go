package function

import (
	"math/big"
	"math/bits"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// bindDecimal computes DECIMALs by their unscaled integers. DuckDB has brought both to fitting scales: equal ones for + and -,
// ones that add up to the result's for *.
//
//	1.50 + 0.25   150 + 25 = 175 at scale 2       1.5 * 0.25   15 * 25 = 375 at scale 3
func bindDecimal(e *plan.Expr) (loop, []*plan.Expr) {
	if len(e.Args) != 2 {
		return nil, nil
	}
	a, b := e.Args[0].Type, e.Args[1].Type
	if !exact(e.Type) || a.ID != e.Type.ID || b.ID != e.Type.ID {
		return nil, nil
	}
	compute := map[string]numeric[decimal128.Num]{"+": addDecimals, "-": subtractDecimals}[e.Name]
	switch {
	case e.Name == "*" && a.Scale+b.Scale == e.Type.Scale:
		compute = multiplyDecimals
	case e.Name == "*" || a.Scale != e.Type.Scale || b.Scale != e.Type.Scale:
		return nil, nil
	}
	return binary(within(compute, e.Type), e.Type), e.Args
}

func exact(t types.Type) bool { return t.ID == types.Decimal || t.ID == types.HugeInt }

// within adds the check that results have no more digits than their type. HUGEINT uses all bits.
func within(compute numeric[decimal128.Num], t types.Type) numeric[decimal128.Num] {
	if t.ID == types.HugeInt {
		return compute
	}
	limit := powerOfTen(t.Width)
	return func(a, b, out []decimal128.Num) bool {
		over := compute(a, b, out)
		for _, v := range out {
			over = over || !v.Less(limit) || !v.Negate().Less(limit)
		}
		return over
	}
}

func powerOfTen(n int) decimal128.Num {
	return decimal128.FromBigInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil))
}

func addDecimals(a, b, out []decimal128.Num) bool {
	var over int64
	for i, x := range a {
		out[i] = x.Add(b[i])
		over |= (x.HighBits() ^ out[i].HighBits()) & (b[i].HighBits() ^ out[i].HighBits())
	}
	return over < 0
}

func subtractDecimals(a, b, out []decimal128.Num) bool {
	var over int64
	for i, x := range a {
		out[i] = x.Sub(b[i])
		over |= (x.HighBits() ^ b[i].HighBits()) & (x.HighBits() ^ out[i].HighBits())
	}
	return over < 0
}

func multiplyDecimals(a, b, out []decimal128.Num) bool {
	over := false
	for i, x := range a {
		product, fits := multiplyDecimal(x, b[i])
		out[i] = product
		over = over || !fits
	}
	return over
}

// multiplyDecimal is quick where both fit in 64 bits, as nearly all do.
func multiplyDecimal(x, y decimal128.Num) (decimal128.Num, bool) {
	if narrow(x) && narrow(y) {
		a, b := int64(x.LowBits()), int64(y.LowBits())
		hi, lo := bits.Mul64(uint64(a), uint64(b))
		return decimal128.New(int64(hi)-a>>63&b-b>>63&a, lo), true
	}
	product := new(big.Int).Mul(x.BigInt(), y.BigInt())
	if product.BitLen() > 127 {
		return decimal128.Num{}, false
	}
	return decimal128.FromBigInt(product), true
}

func narrow(x decimal128.Num) bool { return x.HighBits() == int64(x.LowBits())>>63 }

// rescale casts to DECIMAL from integers, and from DECIMALs with as many or fewer digits after the point.
func rescale(from, to types.Type) loop {
	if to.ID != types.Decimal || to.Scale < from.Scale || (!from.Integral() && from.ID != types.Decimal) {
		return nil
	}
	factor, limit := powerOfTen(to.Scale-from.Scale), powerOfTen(to.Width)
	return func(f *frame, in []arrow.Array) (arrow.Array, error) {
		buf, out := allocate[decimal128.Num](f)
		widen(in[0], from, out)
		valid := both(f, in...)
		for i, x := range out {
			y, fits := multiplyDecimal(x, factor)
			if (!fits || !y.Less(limit) || !y.Negate().Less(limit)) && isSet(valid, i) {
				return discard("does not fit", buf, valid)
			}
			out[i] = y
		}
		return build(to.Arrow(), f.n, valid, buf), nil
	}
}

// widen reads integers or DECIMALs as 128-bit numbers.
func widen(a arrow.Array, t types.Type, out []decimal128.Num) {
	switch t.ID {
	case types.TinyInt:
		widenSigned[int8](a, out)
	case types.SmallInt:
		widenSigned[int16](a, out)
	case types.Integer:
		widenSigned[int32](a, out)
	case types.BigInt:
		widenSigned[int64](a, out)
	case types.UTinyInt:
		widenUnsigned[uint8](a, out)
	case types.USmallInt:
		widenUnsigned[uint16](a, out)
	case types.UInteger:
		widenUnsigned[uint32](a, out)
	case types.UBigInt:
		widenUnsigned[uint64](a, out)
	default:
		copy(out, values[decimal128.Num](a))
	}
}

func widenSigned[T signed](a arrow.Array, out []decimal128.Num) {
	for i, x := range values[T](a) {
		out[i] = decimal128.FromI64(int64(x))
	}
}

func widenUnsigned[T unsigned](a arrow.Array, out []decimal128.Num) {
	for i, x := range values[T](a) {
		out[i] = decimal128.FromU64(uint64(x))
	}
}
