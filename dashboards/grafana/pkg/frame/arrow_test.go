package frame

import (
	"math"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/extensions"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// Each type of column, with a value, a null, and what has no counterpart in JSON.
func TestArrow(t *testing.T) {
	jsonField := arrow.Field{Name: "marked json", Type: arrow.BinaryTypes.String, Metadata: arrow.NewMetadata([]string{extensionName}, []string{"arrow.json"})}
	kind, err := extensions.NewJSONType(arrow.BinaryTypes.String)
	if err != nil {
		t.Fatal(err)
	}
	list := arrow.ListOf(arrow.PrimitiveTypes.Int32)
	object := arrow.StructOf(arrow.Field{Name: "a", Type: arrow.PrimitiveTypes.Int64, Nullable: true}, arrow.Field{Name: "b", Type: arrow.BinaryTypes.String, Nullable: true})
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "bool", Type: arrow.FixedWidthTypes.Boolean}, {Name: "i8", Type: arrow.PrimitiveTypes.Int8}, {Name: "u64", Type: arrow.PrimitiveTypes.Uint64},
		{Name: "f32", Type: arrow.PrimitiveTypes.Float32}, {Name: "f64", Type: arrow.PrimitiveTypes.Float64},
		{Name: "huge", Type: &arrow.Decimal128Type{Precision: 38}}, {Name: "dec", Type: &arrow.Decimal128Type{Precision: 18, Scale: 3}},
		{Name: "s", Type: &arrow.TimestampType{Unit: arrow.Second}}, {Name: "us", Type: &arrow.TimestampType{Unit: arrow.Microsecond}},
		{Name: "ns", Type: &arrow.TimestampType{Unit: arrow.Nanosecond, TimeZone: "UTC"}}, {Name: "day", Type: arrow.FixedWidthTypes.Date32},
		{Name: "clock", Type: arrow.FixedWidthTypes.Time64us}, {Name: "interval", Type: arrow.FixedWidthTypes.MonthDayNanoInterval},
		{Name: "enum", Type: &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Uint8, ValueType: arrow.BinaryTypes.String}},
		{Name: "blob", Type: arrow.BinaryTypes.Binary}, {Name: "list", Type: list}, {Name: "struct", Type: object},
		{Name: "map", Type: arrow.MapOf(arrow.BinaryTypes.String, arrow.PrimitiveTypes.Int64)}, jsonField, {Name: "json", Type: kind},
		{Name: "text", Type: arrow.BinaryTypes.String}, {Name: "text", Type: arrow.BinaryTypes.String}, {Name: "none", Type: arrow.Null},
		{Name: "small", Type: &arrow.Decimal64Type{Precision: 18, Scale: 1}},
	}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	f := b.Fields()
	f[0].(*array.BooleanBuilder).Append(true)
	f[1].(*array.Int8Builder).Append(-8)
	f[2].(*array.Uint64Builder).Append(math.MaxUint64)
	f[3].(*array.Float32Builder).Append(float32(math.NaN()))
	f[4].(*array.Float64Builder).Append(math.Inf(-1))
	f[5].(*array.Decimal128Builder).Append(decimal128.FromI64(1 << 60))
	f[6].(*array.Decimal128Builder).Append(decimal128.FromI64(1500))
	f[7].(*array.TimestampBuilder).Append(1772359200)
	f[8].(*array.TimestampBuilder).Append(math.MaxInt64)
	f[9].(*array.TimestampBuilder).Append(1772359200123456789)
	f[10].(*array.Date32Builder).Append(20513)
	f[11].(*array.Time64Builder).Append(36000500000)
	f[12].(*array.MonthDayNanoIntervalBuilder).Append(arrow.MonthDayNanoInterval{Months: 14, Days: 1, Nanoseconds: 3600e9})
	if err := f[13].(*array.BinaryDictionaryBuilder).AppendString("x"); err != nil {
		t.Fatal(err)
	}
	f[14].(*array.BinaryBuilder).Append([]byte{0xAA})
	f[15].(*array.ListBuilder).Append(true)
	f[15].(*array.ListBuilder).ValueBuilder().(*array.Int32Builder).AppendValues([]int32{1, 2}, []bool{true, false})
	f[16].(*array.StructBuilder).Append(true)
	f[16].(*array.StructBuilder).FieldBuilder(0).(*array.Int64Builder).Append(1)
	f[16].(*array.StructBuilder).FieldBuilder(1).(*array.StringBuilder).AppendNull()
	f[17].(*array.MapBuilder).Append(true)
	f[17].(*array.MapBuilder).KeyBuilder().(*array.StringBuilder).Append("k")
	f[17].(*array.MapBuilder).ItemBuilder().(*array.Int64Builder).Append(2)
	f[18].(*array.StringBuilder).Append(`{"a":1}`)
	f[19].(*array.ExtensionBuilder).StorageBuilder().(*array.StringBuilder).Append(`[1]`)
	f[20].(*array.StringBuilder).Append("a")
	f[21].(*array.StringBuilder).Append("b")
	f[22].AppendNull()
	f[23].(*array.Decimal64Builder).Append(decimal.Decimal64(15))
	for _, column := range f {
		column.AppendNull()
	}
	batch := b.NewRecordBatch()
	defer batch.Release()
	a := NewArrow(schema)
	a.Add(batch)
	cut := batch.NewSlice(0, 1)
	defer cut.Release()
	a.Add(cut)
	if a.Rows() != 3 {
		t.Fatal(a.Rows())
	}
	golden(t, "arrow", data.Frames{a.Frame()}, nil)
}
