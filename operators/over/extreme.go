package over

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

// newExtreme is min, or max if greatest. It returns nil for types whose order DuckDB alone knows.
func newExtreme(t types.Type, greatest bool) running {
	switch t.ID {
	case types.TinyInt:
		return numberExtreme[int8](t, greatest)
	case types.SmallInt:
		return numberExtreme[int16](t, greatest)
	case types.Integer, types.Date:
		return numberExtreme[int32](t, greatest)
	case types.BigInt, types.Time, types.Timestamp, types.TimestampS, types.TimestampMS, types.TimestampNS, types.TimestampTZ:
		return numberExtreme[int64](t, greatest)
	case types.UTinyInt:
		return numberExtreme[uint8](t, greatest)
	case types.USmallInt:
		return numberExtreme[uint16](t, greatest)
	case types.UInteger:
		return numberExtreme[uint32](t, greatest)
	case types.UBigInt:
		return numberExtreme[uint64](t, greatest)
	case types.Float:
		return &extreme[float32]{kind: t, greatest: greatest, compare: compareFloats[float32], values: fixed[float32], put: putFixed[float32]}
	case types.Double:
		return &extreme[float64]{kind: t, greatest: greatest, compare: compareFloats[float64], values: fixed[float64], put: putFixed[float64]}
	case types.Decimal, types.HugeInt:
		return &extreme[decimal128.Num]{kind: t, greatest: greatest, compare: decimal128.Num.Cmp, values: fixed[decimal128.Num], put: putFixed[decimal128.Num]}
	case types.Varchar, types.Blob:
		return &extreme[[]byte]{kind: t, greatest: greatest, compare: bytes.Compare, values: textsOf, put: keys.AppendBytes}
	}
	return nil
}

func numberExtreme[T cmp.Ordered](t types.Type, greatest bool) running {
	return &extreme[T]{kind: t, greatest: greatest, compare: cmp.Compare[T], values: fixed[T], put: putFixed[T]}
}

// compareFloats orders NaN above all, as DuckDB does; cmp.Compare has it below.
func compareFloats[T float32 | float64](a, b T) int {
	switch aNaN, bNaN := a != a, b != b; {
	case aNaN && bNaN:
		return 0
	case aNaN:
		return 1
	case bNaN:
		return -1
	}
	return cmp.Compare(a, b)
}

// extreme keeps the least or the greatest value of each partition.
type extreme[T any] struct {
	kind     types.Type
	greatest bool
	compare  func(a, b T) int
	values   func(arrow.Array) func(row uint32) T
	put      func(array.Builder, T)

	value func(row uint32) T
	at    []kept[T]
}

type kept[T any] struct {
	value T
	any   bool
}

func fixed[T any](a arrow.Array) func(uint32) T {
	values := keys.Values[T](a)
	return func(row uint32) T { return values[row] }
}

// textsOf reads texts without a copy.
func textsOf(a arrow.Array) func(uint32) []byte {
	offsets, data := keys.Bytes(a)
	return func(row uint32) []byte { return data[offsets[row]:offsets[row+1]] }
}

func (x *extreme[T]) grow(partitions int) { x.at = grown(x.at, partitions) }
func (x *extreme[T]) begin(uint32)        {}

func (x *extreme[T]) use(a arrow.Array) {
	if a != nil {
		x.value = x.values(a)
	}
}

func (x *extreme[T]) add(p, row uint32) {
	at, v := &x.at[p], x.value(row)
	if at.any {
		c := x.compare(v, at.value)
		if c == 0 || (c > 0) != x.greatest {
			return
		}
	}
	x.keep(at, v)
}

// keep stores a value. Bytes are copied: a state outlives its batch.
func (x *extreme[T]) keep(at *kept[T], v T) {
	if text, ok := any(v).([]byte); ok {
		v = any(slices.Clone(text)).(T)
	}
	at.value, at.any = v, true
}

func (x *extreme[T]) result(p uint32, b array.Builder) {
	if !x.at[p].any {
		b.AppendNull()
		return
	}
	x.put(b, x.at[p].value)
}

func (x *extreme[T]) state() []types.Type              { return []types.Type{x.kind} }
func (x *extreme[T]) save(p uint32, b []array.Builder) { x.result(p, b[0]) }

func (x *extreme[T]) load(p uint32, columns []arrow.Array, row int) error {
	if columns[0].IsValid(row) {
		x.keep(&x.at[p], x.values(columns[0])(uint32(row)))
	}
	return nil
}
