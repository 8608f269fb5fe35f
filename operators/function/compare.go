package function

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/bitutil"
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

const comparable = "two BOOLEAN, integers, FLOAT, DOUBLE, DECIMAL, HUGEINT, VARCHAR, BLOB, UUID, dates, times or timestamps of one type"

var compareKernels = []Kernel{
	{Names: []string{plan.Equal}, Takes: comparable, Doc: "Whether both are equal. NaN equals NaN.",
		Example: "auction = 7", bind: bindCompare(equality, false, false)},
	{Names: []string{plan.NotEqual}, Takes: comparable, Doc: "Whether both differ.",
		Example: "auction <> 7", bind: bindCompare(equality, false, true)},
	{Names: []string{plan.Less}, Takes: comparable, Doc: "Whether the first is less. NaN is greater than all numbers; texts compare by bytes.",
		Example: "price < 100", bind: bindCompare(order, false, false)},
	{Names: []string{plan.Greater}, Takes: comparable, Doc: "Whether the first is greater.",
		Example: "price > 100", bind: bindCompare(order, true, false)},
	{Names: []string{plan.LessEqual}, Takes: comparable, Doc: "Whether the first is not greater.",
		Example: "price <= 100", bind: bindCompare(order, true, true)},
	{Names: []string{plan.GreaterEqual}, Takes: comparable, Doc: "Whether the first is not less.",
		Example: "price >= 100", bind: bindCompare(order, false, true)},
	{Names: []string{plan.DistinctFrom}, Takes: comparable, Doc: "Whether both differ, where NULL equals NULL.",
		Example: "a IS DISTINCT FROM b", bind: bindDistinct(true)},
	{Names: []string{plan.NotDistinctFrom}, Takes: comparable, Doc: "Whether both are equal, where NULL equals NULL.",
		Example: "a IS NOT DISTINCT FROM b", bind: bindDistinct(false)},
}

// test sets bit i of out where the i-th values pass. The bits are zero before.
type test func(a, b arrow.Array, out []byte)

// sameType reports whether two expressions have one type of one layout, so that their values compare as they stand.
func sameType(a, b *plan.Expr) bool { return a.Type.Equal(b.Type) }

// bindCompare makes all six comparisons of two: a > b is b < a, and a <= b is not (b < a). NaN has its place in the order, so
// that holds for floats too.
func bindCompare(find func(types.Type) test, swap, negate bool) func(*plan.Expr) (loop, []*plan.Expr) {
	return func(e *plan.Expr) (loop, []*plan.Expr) {
		test := find(e.Args[0].Type)
		if test == nil || !sameType(e.Args[0], e.Args[1]) {
			return nil, nil
		}
		args := e.Args
		if swap {
			args = []*plan.Expr{e.Args[1], e.Args[0]}
		}
		return func(f *frame, in []arrow.Array) (arrow.Array, error) {
			bits := bitmap(f.mem, f.n)
			test(in[0], in[1], bits.Bytes())
			if negate {
				invert(bits.Bytes())
			}
			return build(arrow.FixedWidthTypes.Boolean, f.n, both(f, in...), bits), nil
		}, args
	}
}

func bindDistinct(distinct bool) func(*plan.Expr) (loop, []*plan.Expr) {
	return func(e *plan.Expr) (loop, []*plan.Expr) {
		test := equality(e.Args[0].Type)
		if test == nil || !sameType(e.Args[0], e.Args[1]) {
			return nil, nil
		}
		return func(f *frame, in []arrow.Array) (arrow.Array, error) {
			bits := bitmap(f.mem, f.n)
			test(in[0], in[1], bits.Bytes())
			nullsEqual(f, in[0], in[1], bits.Bytes())
			if distinct {
				invert(bits.Bytes())
			}
			return build(arrow.FixedWidthTypes.Boolean, f.n, nil, bits), nil
		}, e.Args
	}
}

// nullsEqual corrects equality for rows with NULLs: equal means (equal and both valid) or both NULL.
func nullsEqual(f *frame, a, b arrow.Array, equal []byte) {
	if !mayBeNull(a) && !mayBeNull(b) {
		return
	}
	va, vb := writable(f, both(f, a)), writable(f, both(f, b))
	defer va.Release()
	defer vb.Release()
	x, y := va.Bytes(), vb.Bytes()
	for i := range equal {
		equal[i] = equal[i]&x[i]&y[i] | ^x[i]&^y[i]
	}
}

func invert(bits []byte) {
	for i, b := range bits {
		bits[i] = ^b
	}
}

// equality is nil for types that DuckDB compares, such as JSON and nested ones.
func equality(t types.Type) test {
	switch physical(t) {
	case types.Boolean:
		return equalBits
	case types.TinyInt, types.UTinyInt:
		return equal[uint8]
	case types.SmallInt, types.USmallInt:
		return equal[uint16]
	case types.Integer, types.UInteger:
		return equal[uint32]
	case types.BigInt, types.UBigInt:
		return equal[uint64]
	case types.Decimal:
		return equal[decimal128.Num]
	case types.Float:
		return equalFloats[float32]
	case types.Double:
		return equalFloats[float64]
	case types.Varchar:
		return equalTexts
	}
	return nil
}

// order tests whether the first is less; it is nil where equality is.
func order(t types.Type) test {
	switch physical(t) {
	case types.Boolean:
		return lessBits
	case types.TinyInt:
		return less[int8]
	case types.SmallInt:
		return less[int16]
	case types.Integer:
		return less[int32]
	case types.BigInt:
		return less[int64]
	case types.UTinyInt:
		return less[uint8]
	case types.USmallInt:
		return less[uint16]
	case types.UInteger:
		return less[uint32]
	case types.UBigInt:
		return less[uint64]
	case types.Decimal:
		return lessDecimals
	case types.Float:
		return lessFloats[float32]
	case types.Double:
		return lessFloats[float64]
	case types.Varchar:
		return lessTexts
	}
	return nil
}

// bit is 1 for true; the compiler makes it one instruction.
func bit(b bool) byte {
	var x byte
	if b {
		x = 1
	}
	return x
}

func equal[T integer | decimal128.Num](l, r arrow.Array, out []byte) {
	a, b := values[T](l), values[T](r)
	b = b[:len(a)]
	for i := range a {
		out[i>>3] |= bit(a[i] == b[i]) << (i & 7)
	}
}

func less[T integer](l, r arrow.Array, out []byte) {
	a, b := values[T](l), values[T](r)
	b = b[:len(a)]
	whole := len(a) &^ 7
	for i := 0; i < whole; i += 8 {
		x, y := a[i:i+8:i+8], b[i:i+8:i+8]
		out[i>>3] = bit(x[0] < y[0]) | bit(x[1] < y[1])<<1 | bit(x[2] < y[2])<<2 | bit(x[3] < y[3])<<3 |
			bit(x[4] < y[4])<<4 | bit(x[5] < y[5])<<5 | bit(x[6] < y[6])<<6 | bit(x[7] < y[7])<<7
	}
	for i := whole; i < len(a); i++ {
		out[i>>3] |= bit(a[i] < b[i]) << (i & 7)
	}
}

func equalFloats[T float](l, r arrow.Array, out []byte) {
	a, b := values[T](l), values[T](r)
	b = b[:len(a)]
	for i, x := range a {
		y := b[i]
		out[i>>3] |= bit(x == y || (x != x && y != y)) << (i & 7)
	}
}

func lessFloats[T float](l, r arrow.Array, out []byte) {
	a, b := values[T](l), values[T](r)
	for i, x := range a {
		out[i>>3] |= bit(lessFloat(x, b[i])) << (i & 7)
	}
}

// lessFloat puts NaN above all numbers.
func lessFloat[T float](x, y T) bool { return x < y || (x == x && y != y) }

func lessDecimals(l, r arrow.Array, out []byte) {
	a, b := values[decimal128.Num](l), values[decimal128.Num](r)
	for i, x := range a {
		out[i>>3] |= bit(x.Less(b[i])) << (i & 7)
	}
}

func equalTexts(l, r arrow.Array, out []byte) {
	a, b := textsOf(l), textsOf(r)
	for i := range l.Len() {
		out[i>>3] |= bit(a.at(i) == b.at(i)) << (i & 7)
	}
}

// lessTexts compares byte by byte.
func lessTexts(l, r arrow.Array, out []byte) {
	a, b := textsOf(l), textsOf(r)
	for i := range l.Len() {
		out[i>>3] |= bit(a.at(i) < b.at(i)) << (i & 7)
	}
}

func equalBits(l, r arrow.Array, out []byte) {
	if l.Len() == 0 {
		return
	}
	a, b := l.Data(), r.Data()
	bitutil.BitmapXnor(a.Buffers()[1].Bytes(), b.Buffers()[1].Bytes(), int64(a.Offset()), int64(b.Offset()), out, 0, int64(l.Len()))
}

func lessBits(l, r arrow.Array, out []byte) {
	if l.Len() == 0 {
		return
	}
	a, b := l.Data(), r.Data()
	bitutil.BitmapAndNot(b.Buffers()[1].Bytes(), a.Buffers()[1].Bytes(), int64(b.Offset()), int64(a.Offset()), out, 0, int64(l.Len()))
}
