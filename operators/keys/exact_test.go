package keys

import (
	"math"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

func TestExactTablesTellEqualValuesApart(t *testing.T) {
	b := array.NewFloat64Builder(memory.DefaultAllocator)
	b.AppendValues([]float64{0, math.Copysign(0, -1), math.NaN(), 0, math.NaN()}, nil)
	b.AppendNulls(2)
	column := b.NewArray()
	for want, create := range map[int]func([]arrow.DataType) (*Table, error){4: NewExact, 3: New} {
		table, err := create([]arrow.DataType{column.DataType()})
		if err != nil {
			t.Fatal(err)
		}
		groups := make([]uint32, column.Len())
		table.Find([]arrow.Array{column}, Iota(nil, len(groups)), groups)
		if table.Len() != want || groups[0] != groups[3] || groups[2] != groups[4] || groups[5] != groups[6] {
			t.Errorf("%d keys, want %d: %v", table.Len(), want, groups)
		}
	}
}

func TestFindNoRows(t *testing.T) {
	for _, columns := range [][]arrow.DataType{nil, {arrow.PrimitiveTypes.Int64}, {arrow.BinaryTypes.String},
		{arrow.PrimitiveTypes.Int64, arrow.PrimitiveTypes.Int8}, {arrow.PrimitiveTypes.Float64, arrow.BinaryTypes.String}} {
		table, err := New(columns)
		if err != nil {
			t.Fatal(err)
		}
		var none []arrow.Array
		for _, c := range columns {
			none = append(none, array.NewBuilder(memory.DefaultAllocator, c).NewArray())
		}
		table.Find(none, nil, nil)
		table.FindOwned(none, nil, nil, nil)
		if table.Len() != 0 {
			t.Errorf("%v: %d keys without rows", columns, table.Len())
		}
	}
}

func TestIntegers(t *testing.T) {
	for _, dt := range []arrow.DataType{arrow.PrimitiveTypes.Int8, arrow.PrimitiveTypes.Int16, arrow.PrimitiveTypes.Int32,
		arrow.PrimitiveTypes.Int64, arrow.PrimitiveTypes.Uint8, arrow.PrimitiveTypes.Uint16, arrow.PrimitiveTypes.Uint32,
		arrow.FixedWidthTypes.Date32, arrow.FixedWidthTypes.Timestamp_us} {
		b := array.NewBuilder(memory.DefaultAllocator, dt)
		want := []int64{0, -1, 127}
		if dt.ID() == arrow.UINT8 || dt.ID() == arrow.UINT16 || dt.ID() == arrow.UINT32 {
			want[1] = int64(1)<<dt.(arrow.FixedWidthDataType).BitWidth() - 1
		}
		words := make([]uint64, len(want))
		for i, w := range want {
			words[i] = uint64(w)
		}
		appendWords(b, words, nil)
		got := Integers(array.NewSlice(b.NewArray(), 1, 3), new([]int64))
		if len(got) != 2 || got[0] != want[1] || got[1] != want[2] {
			t.Errorf("%s: %v, want %v", dt, got, want[1:])
		}
	}
}
