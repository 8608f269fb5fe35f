package function

import (
	"math"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

var castKernels = []Kernel{
	{Names: []string{string(plan.Cast), string(plan.TryCast)}, Takes: "integers, FLOAT and DOUBLE", Doc: "Among numbers; what does not fit is an error.",
		Example: "price::DOUBLE", bind: bindCast(numberCast)},
	{Names: []string{string(plan.Cast), string(plan.TryCast)}, Takes: "BOOLEAN to integers, FLOAT, DOUBLE", Doc: "True is 1, false is 0.",
		Example: "active::INTEGER", bind: bindCast(boolCast)},
	{Names: []string{string(plan.Cast), string(plan.TryCast)}, Takes: "integers and DECIMAL to DECIMAL of no smaller scale; integers to HUGEINT",
		Doc: "Exactly; what has too many digits is an error.", Example: "price::DECIMAL(18,2)", bind: bindCast(exactCast)},
	{Names: []string{string(plan.Cast), string(plan.TryCast)}, Takes: "integers and BOOLEAN to VARCHAR", Doc: "In DuckDB's text form.",
		Example: "auction::VARCHAR", bind: bindCast(textCast)},
	{Names: []string{string(plan.Cast), string(plan.TryCast)}, Takes: "TIMESTAMP to DATE, DATE to TIMESTAMP", Doc: "The day; midnight.",
		Example: "ts::DATE", bind: bindCast(dayCast)},
	{Names: []string{string(plan.Cast), string(plan.TryCast)}, Takes: "any type to itself", Doc: "The same value.",
		Example: "price::BIGINT", bind: bindCast(noCast)},
}

func bindCast(find func(from, to types.Type) loop) func(*plan.Expr) (loop, []*plan.Expr) {
	return func(e *plan.Expr) (loop, []*plan.Expr) { return find(e.Args[0].Type, e.Type), e.Args }
}

func noCast(from, to types.Type) loop {
	if !from.Equal(to) {
		return nil
	}
	return func(_ *frame, in []arrow.Array) (arrow.Array, error) { return retained(in[0]), nil }
}

// numberCast goes through tables of generic loops, one for each pair of layouts.
func numberCast(from, to types.Type) loop {
	switch from.ID {
	case types.TinyInt:
		return integerTo[int8](to)
	case types.SmallInt:
		return integerTo[int16](to)
	case types.Integer:
		return integerTo[int32](to)
	case types.BigInt:
		return integerTo[int64](to)
	case types.UTinyInt:
		return integerTo[uint8](to)
	case types.USmallInt:
		return integerTo[uint16](to)
	case types.UInteger:
		return integerTo[uint32](to)
	case types.UBigInt:
		return integerTo[uint64](to)
	case types.Float:
		return floatTo[float32](to)
	case types.Double:
		return floatTo[float64](to)
	}
	return nil
}

func integerTo[F integer](to types.Type) loop {
	switch to.ID {
	case types.TinyInt:
		return convert(to, fitInteger[F, int8])
	case types.SmallInt:
		return convert(to, fitInteger[F, int16])
	case types.Integer:
		return convert(to, fitInteger[F, int32])
	case types.BigInt:
		return convert(to, fitInteger[F, int64])
	case types.UTinyInt:
		return convert(to, fitInteger[F, uint8])
	case types.USmallInt:
		return convert(to, fitInteger[F, uint16])
	case types.UInteger:
		return convert(to, fitInteger[F, uint32])
	case types.UBigInt:
		return convert(to, fitInteger[F, uint64])
	case types.Float:
		return convert(to, func(x F) (float32, bool) { return float32(x), true })
	case types.Double:
		return convert(to, func(x F) (float64, bool) { return float64(x), true })
	}
	return nil
}

func fitInteger[F, T integer](x F) (T, bool) {
	y := T(x)
	return y, F(y) == x && (y < 0) == (x < 0)
}

func floatTo[F float](to types.Type) loop {
	switch to.ID {
	case types.TinyInt:
		return convert(to, fitFloat[F, int8](math.MinInt8, math.MaxInt8))
	case types.SmallInt:
		return convert(to, fitFloat[F, int16](math.MinInt16, math.MaxInt16))
	case types.Integer:
		return convert(to, fitFloat[F, int32](math.MinInt32, math.MaxInt32))
	case types.BigInt:
		return convert(to, fitFloat[F, int64](math.MinInt64, math.MaxInt64-1023))
	case types.UTinyInt:
		return convert(to, fitFloat[F, uint8](0, math.MaxUint8))
	case types.USmallInt:
		return convert(to, fitFloat[F, uint16](0, math.MaxUint16))
	case types.UInteger:
		return convert(to, fitFloat[F, uint32](0, math.MaxUint32))
	case types.Float:
		return convert(to, func(x F) (float32, bool) {
			y := float32(x)
			return y, !math.IsInf(float64(y), 0) || math.IsInf(float64(x), 0)
		})
	case types.Double:
		return convert(to, func(x F) (float64, bool) { return float64(x), true })
	}
	return nil
}

// fitFloat rounds halves to even, as DuckDB does. Beyond the least and greatest value DuckDB decides.
func fitFloat[F float, T integer](least, greatest float64) func(F) (T, bool) {
	return func(x F) (T, bool) {
		if !(float64(x) >= least && float64(x) <= greatest) { // also for NaN
			return 0, false
		}
		return T(math.RoundToEven(float64(x))), true
	}
}

// convert applies fit to each value, and refuses a batch with one that does not fit.
func convert[F, T fixed](to types.Type, fit func(F) (T, bool)) loop {
	return func(f *frame, in []arrow.Array) (arrow.Array, error) {
		buf, out := allocate[T](f)
		for i, x := range values[F](in[0]) {
			y, ok := fit(x)
			if !ok && in[0].IsValid(i) {
				return discard("does not fit", buf)
			}
			out[i] = y
		}
		return build(to.Arrow(), f.n, both(f, in...), buf), nil
	}
}

func exactCast(from, to types.Type) loop {
	if to.ID != types.HugeInt || !from.Integral() {
		return rescale(from, to)
	}
	return func(f *frame, in []arrow.Array) (arrow.Array, error) {
		buf, out := allocate[decimal128.Num](f)
		widen(in[0], from, out)
		return build(to.Arrow(), f.n, both(f, in...), buf), nil
	}
}

func boolCast(from, to types.Type) loop {
	if from.ID != types.Boolean {
		return nil
	}
	widen := integerTo[uint8](to)
	if widen == nil {
		return nil
	}
	return func(f *frame, in []arrow.Array) (arrow.Array, error) {
		buf, out := allocate[uint8](f)
		bits := truths(in[0], f.n)
		for i := range out {
			out[i] = bits[i>>3] >> (i & 7) & 1
		}
		bytes := build(arrow.PrimitiveTypes.Uint8, f.n, both(f, in...), buf)
		defer bytes.Release()
		return widen(f, []arrow.Array{bytes})
	}
}

func textCast(from, to types.Type) loop {
	if to.ID != types.Varchar {
		return nil
	}
	switch from.ID {
	case types.TinyInt:
		return signedText[int8]
	case types.SmallInt:
		return signedText[int16]
	case types.Integer:
		return signedText[int32]
	case types.BigInt:
		return signedText[int64]
	case types.UTinyInt:
		return unsignedText[uint8]
	case types.USmallInt:
		return unsignedText[uint16]
	case types.UInteger:
		return unsignedText[uint32]
	case types.UBigInt:
		return unsignedText[uint64]
	case types.Boolean:
		return boolText
	}
	return nil
}

func signedText[T signed](f *frame, in []arrow.Array) (arrow.Array, error) {
	from := values[T](in[0])
	return write(f, in[0], func(buf []byte, i int) []byte { return strconv.AppendInt(buf, int64(from[i]), 10) })
}

func unsignedText[T unsigned](f *frame, in []arrow.Array) (arrow.Array, error) {
	from := values[T](in[0])
	return write(f, in[0], func(buf []byte, i int) []byte { return strconv.AppendUint(buf, uint64(from[i]), 10) })
}

func boolText(f *frame, in []arrow.Array) (arrow.Array, error) {
	bits := truths(in[0], f.n)
	return write(f, in[0], func(buf []byte, i int) []byte { return strconv.AppendBool(buf, bits[i>>3]>>(i&7)&1 == 1) })
}

// write makes a text of each value with an append function.
func write(f *frame, a arrow.Array, text func(buf []byte, i int) []byte) (arrow.Array, error) {
	b := newTexts(f, 8*f.n)
	scratch := make([]byte, 0, 32)
	for i := range f.n {
		if a.IsValid(i) {
			scratch = text(scratch[:0], i)
			b.addBytes(scratch)
		}
		b.end()
	}
	return b.array(arrow.BinaryTypes.String, both(f, a)), nil
}
