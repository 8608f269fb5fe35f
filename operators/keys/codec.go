package keys

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// codec writes one column's values into bytes, a whole batch at a time, and reads them back. Each value starts with a byte
// that is 0 for NULL, and tells its own length. A codec keeps scratch memory: one goroutine uses it.
type codec interface {
	// size adds the encoded length of each row to lens.
	size(a arrow.Array, rows []uint32, lens []int)
	// write encodes row i at dst[at[i]:] and moves at[i] behind it.
	write(a arrow.Array, rows []uint32, dst []byte, at []int)
	// read appends the value at src[at[i]:] for each i, and moves at[i] behind it.
	read(b array.Builder, src []byte, at []int)
}

// newCodec makes the codec of a type. An exact one keeps the bits; the others write equal values equally.
func newCodec(t arrow.DataType, exact bool) (codec, error) {
	if wordSized(t) {
		return &wordCodec{exact: exact}, nil
	}
	switch t := t.(type) {
	case *arrow.NullType:
		return nullCodec{}, nil
	case *arrow.StringType, *arrow.BinaryType:
		return textCodec{}, nil
	case *arrow.Decimal128Type:
		return decimalCodec{}, nil
	case *arrow.MonthDayNanoIntervalType:
		return intervalCodec{exact: exact}, nil
	case *arrow.StructType:
		return newStructCodec(t.Fields(), exact)
	case *arrow.MapType:
		return newListCodec(t.ElemField().Type, exact)
	case *arrow.ListType:
		return newListCodec(t.Elem(), exact)
	}
	return nil, fmt.Errorf("aggregate: no group keys of layout %s", t)
}

// lossy reports whether equal values of the type can look different.
func lossy(t arrow.DataType) bool {
	if nested, ok := t.(arrow.NestedType); ok {
		for _, f := range nested.Fields() {
			if lossy(f.Type) {
				return true
			}
		}
	}
	return floating(t) || t.ID() == arrow.INTERVAL_MONTH_DAY_NANO
}

// nullCodec is for the type of a bare NULL.
type nullCodec struct{}

func (nullCodec) size(_ arrow.Array, rows []uint32, lens []int) {
	for i := range rows {
		lens[i]++
	}
}

func (nullCodec) write(_ arrow.Array, rows []uint32, dst []byte, at []int) {
	for i := range rows {
		dst[at[i]] = 0
		at[i]++
	}
}

func (nullCodec) read(b array.Builder, _ []byte, at []int) {
	for i := range at {
		b.AppendNull()
		at[i]++
	}
}
