package function

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

var (
	pair   = types.StructOf(types.Field{Name: "a", Type: types.Of(types.Integer)}, types.Field{Name: "b", Type: types.Of(types.Varchar)})
	listed = types.ListOf(types.Of(types.Integer))
)

var scalarTypes = []types.Type{
	types.Of(types.Boolean), types.Of(types.TinyInt), types.Of(types.SmallInt), types.Of(types.Integer), types.Of(types.BigInt),
	types.Of(types.UTinyInt), types.Of(types.USmallInt), types.Of(types.UInteger), types.Of(types.UBigInt), types.Of(types.HugeInt),
	types.Of(types.Float), types.Of(types.Double), types.DecimalOf(4, 1), types.DecimalOf(10, 2), types.DecimalOf(18, 3), types.DecimalOf(38, 5),
	types.Of(types.Varchar), types.Of(types.Date), types.Of(types.Time), types.Of(types.Timestamp), types.Of(types.TimestampS),
	types.Of(types.TimestampMS), types.Of(types.TimestampNS), types.Of(types.TimestampTZ), types.Of(types.Blob), types.Of(types.UUID),
}

// testInput has three columns of each type.
var testInput = inputOf(append(append([]types.Type{}, scalarTypes...), pair, listed))

func inputOf(all []types.Type) []types.Field {
	var out []types.Field
	for _, t := range all {
		for range 3 {
			out = append(out, types.Field{Name: fmt.Sprintf("c%d", len(out)), Type: t})
		}
	}
	return out
}

// col is the k-th column of type t.
func col(t types.Type, k int) *plan.Expr {
	for i, f := range testInput {
		if f.Type.Equal(t) {
			return plan.Col(i+k, "c"+strconv.Itoa(i+k), t)
		}
	}
	panic("no column of type " + t.String())
}

// generator makes random columns. Tame values suit every kernel; wild ones have all extremes.
type generator struct {
	*rand.Rand
	wild bool
}

func (g *generator) batch(n int) arrow.RecordBatch {
	columns := make([]arrow.Array, len(testInput))
	for i, f := range testInput {
		b := array.NewBuilder(memory.DefaultAllocator, f.Type.Arrow())
		nulls := g.IntN(3) // a third of the columns has none
		for range n {
			if nulls > 0 && g.IntN(5) == 0 {
				b.AppendNull()
				continue
			}
			g.value(b, f.Type, i%3)
		}
		columns[i] = b.NewArray()
		b.Release()
	}
	defer releaseAll(columns)
	return array.NewRecordBatch(types.Schema(testInput), columns, int64(n))
}

func (g *generator) value(b array.Builder, t types.Type, k int) {
	switch b := b.(type) {
	case *array.BooleanBuilder:
		b.Append(g.IntN(2) == 0)
	case *array.StringBuilder:
		b.Append(g.text(t))
	case *array.BinaryBuilder:
		b.Append([]byte(g.text(t)))
	case *array.Float32Builder:
		b.Append(float32(g.float(k)))
	case *array.Float64Builder:
		b.Append(g.float(k))
	case *array.Decimal128Builder:
		g.decimal(b, t, k)
	case *array.Uint64Builder:
		b.Append(uint64(g.integer(t, k)))
	case *array.StructBuilder:
		b.Append(true)
		for i, f := range t.Fields {
			g.orNull(b.FieldBuilder(i), f.Type, k)
		}
	case *array.ListBuilder:
		b.Append(true)
		for range g.IntN(4) {
			g.orNull(b.ValueBuilder(), t.Element(), k)
		}
	default:
		if !appendInteger(b, g.integer(t, k)) {
			panic("no value for " + t.String())
		}
	}
}

func (g *generator) orNull(b array.Builder, t types.Type, k int) {
	if g.IntN(4) == 0 {
		b.AppendNull()
		return
	}
	g.value(b, t, k)
}

// limits are the least and greatest value that DuckDB takes for each layout.
var limits = map[types.ID][2]int64{
	types.TinyInt: {math.MinInt8, math.MaxInt8}, types.SmallInt: {math.MinInt16, math.MaxInt16},
	types.Integer: {math.MinInt32, math.MaxInt32}, types.BigInt: {math.MinInt64, math.MaxInt64},
	types.UTinyInt: {0, math.MaxUint8}, types.USmallInt: {0, math.MaxUint16}, types.UInteger: {0, math.MaxUint32},
	types.UBigInt: {0, -1}, // as bits: all ones
	types.Date:    {-math.MaxInt32, math.MaxInt32}, types.Time: {0, 86_399_999_999},
	types.Timestamp: {-math.MaxInt64, math.MaxInt64}, types.TimestampTZ: {-math.MaxInt64, math.MaxInt64},
	types.TimestampS: {-200_000_000_000, 200_000_000_000}, types.TimestampMS: {-200_000_000_000_000, 200_000_000_000_000},
	types.TimestampNS: {-9_000_000_000_000_000_000, 9_000_000_000_000_000_000},
}

func (g *generator) integer(t types.Type, k int) int64 {
	limit := limits[t.ID]
	if !g.wild {
		return g.tameInteger(t, k)
	}
	switch g.IntN(8) {
	case 0:
		return limit[0]
	case 1:
		return limit[1]
	case 2:
		return limit[1] - 1
	case 3:
		return 0
	case 4:
		return limit[1] / 2
	case 5:
		return g.tameInteger(t, k)
	}
	if limit[0] == 0 {
		return g.Int64N(max(limit[1], 1<<62)) & limit[1] & math.MaxInt64
	}
	return g.Int64N(limit[1]) * int64(g.IntN(2)*2-1)
}

// tameInteger is 10 to 12 in the first column of a type, -10 to 10 in the second, without 0 in the third; times go from 43 BC.
func (g *generator) tameInteger(t types.Type, k int) int64 {
	switch t.ID {
	case types.Date:
		return g.Int64N(800_000) - 735_000
	case types.Timestamp:
		return (g.Int64N(800_000)-735_000)*day + g.Int64N(day)
	case types.Time:
		return g.Int64N(day)
	}
	if k == 0 {
		return 10 + g.Int64N(3)
	}
	if limits[t.ID][0] == 0 {
		return 1 + g.Int64N(10)
	}
	return g.Int64N(21) - 10
}

var wildFloats = []float64{0, math.Copysign(0, -1), math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64,
	math.SmallestNonzeroFloat64, math.MaxFloat32, 0.5, 1.5, 2.5, -0.5, -2.5, 127.4, 127.5, 255.5, -128.4, -128.5, 32767.5, 65535.5,
	2147483647.5, -2147483648.5, 4294967295.5, 9223372036854775807, 9223372036854774784, -9223372036854775808, 1e16, 4503599627370497.5,
	0.49999999999999994, 16777217}

func (g *generator) float(k int) float64 {
	if g.wild {
		if g.IntN(2) == 0 {
			return wildFloats[g.IntN(len(wildFloats))]
		}
		return g.NormFloat64() * math.Pow(10, float64(g.IntN(40)-10))
	}
	if k == 0 {
		return float64(g.IntN(40)) / 4
	}
	return float64(g.IntN(81)-40) / 4
}

func (g *generator) decimal(b *array.Decimal128Builder, t types.Type, k int) {
	digits := t.Width
	if t.ID == types.HugeInt {
		digits = 38
	}
	n := 1 + g.IntN(2)
	if g.wild {
		n = 1 + g.IntN(digits)
	}
	value := ""
	for range n {
		if g.wild && g.IntN(2) == 0 {
			value += "9"
			continue
		}
		value += strconv.Itoa(g.IntN(10))
	}
	if g.IntN(2) == 0 {
		value = "-" + value
	}
	number, _ := unscaled(value, 0)
	b.Append(number)
}

var someTexts = []string{"", "a", "abc", "ABC", "hello world", "  padded ", "a_c", "a%c", "item=7.html", "https://x.org/item?id=7",
	"héllo", "ÀÉÎ straße", "日本語", "👍🏽a", "\u00a0x\u3000", "\ttab\n", "ǅ", "ﬃ", "İıſK", "%", "_", "aéb", "日bc", "abcabc", "ab", "b", "é"}

func (g *generator) text(t types.Type) string {
	if t.ID == types.UUID {
		return fmt.Sprintf("%08x-0000-4000-8000-%012x", g.Uint32(), g.Int64N(3))
	}
	if g.wild && g.IntN(3) == 0 {
		letters := []rune("aAbBzZ%_ éÉßẞ日")
		out := make([]rune, g.IntN(9))
		for i := range out {
			out[i] = letters[g.IntN(len(letters))]
		}
		return string(out)
	}
	return someTexts[g.IntN(len(someTexts))]
}
