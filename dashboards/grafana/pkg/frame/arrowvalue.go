package frame

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// extensionName is where DuckDB writes that a string is JSON, and the like.
const extensionName = "ARROW:extension:name"

// newArrowColumn finds out how a column's values are read.
func newArrowColumn(f arrow.Field) arrowColumn {
	kind := f.Type
	if e, ok := kind.(arrow.ExtensionType); ok {
		if e.ExtensionName() == "arrow.json" {
			return of(f, jsonText)
		}
		kind = e.StorageType()
	}
	if name, ok := f.Metadata.GetValue(extensionName); ok && name == "arrow.json" {
		return of(f, jsonText)
	}
	if c := newNumbers(f, kind); c != nil {
		return c
	}
	switch kind.ID() {
	case arrow.TIMESTAMP:
		return of(f, times)
	case arrow.DATE32, arrow.DATE64:
		return of(f, dates)
	case arrow.TIME32, arrow.TIME64:
		return of(f, clocks)
	case arrow.INTERVAL_MONTH_DAY_NANO:
		return of(f, intervals)
	case arrow.BINARY, arrow.LARGE_BINARY, arrow.BINARY_VIEW, arrow.FIXED_SIZE_BINARY:
		return of(f, blobs)
	case arrow.LIST, arrow.LARGE_LIST, arrow.FIXED_SIZE_LIST, arrow.LIST_VIEW, arrow.LARGE_LIST_VIEW, arrow.STRUCT, arrow.MAP,
		arrow.DENSE_UNION, arrow.SPARSE_UNION:
		return of(f, nested)
	}
	return of(f, texts)
}

func newNumbers(f arrow.Field, kind arrow.DataType) arrowColumn {
	switch kind.ID() {
	case arrow.BOOL:
		return of(f, plain[bool])
	case arrow.INT8:
		return of(f, plain[int8])
	case arrow.INT16:
		return of(f, plain[int16])
	case arrow.INT32:
		return of(f, plain[int32])
	case arrow.INT64:
		return of(f, plain[int64])
	case arrow.UINT8:
		return of(f, plain[uint8])
	case arrow.UINT16:
		return of(f, plain[uint16])
	case arrow.UINT32:
		return of(f, plain[uint32])
	case arrow.UINT64:
		return of(f, plain[uint64])
	case arrow.FLOAT32:
		return of(f, floats32)
	case arrow.FLOAT64:
		return of(f, floats64)
	case arrow.DECIMAL128, arrow.DECIMAL256, arrow.DECIMAL64, arrow.DECIMAL32:
		return of(f, decimals)
	}
	return nil
}

// of is a column that is read by a function.
func of[T any](f arrow.Field, read func(arrow.Array) reader[T]) arrowColumn {
	return &typed[T]{column: column[T]{name: f.Name}, read: func(a arrow.Array) reader[T] { return read(storage(a)) }}
}

// plain reads values that Grafana has, too.
func plain[T any](a arrow.Array) reader[T] {
	values := a.(interface{ Value(int) T })
	return func(i int) (T, bool) { return values.Value(i), true }
}

func floats32(a arrow.Array) reader[float32] {
	values := a.(*array.Float32)
	return func(i int) (float32, bool) { return values.Value(i), finite(float64(values.Value(i))) }
}

func floats64(a arrow.Array) reader[float64] {
	values := a.(*array.Float64)
	return func(i int) (float64, bool) { return values.Value(i), finite(values.Value(i)) }
}

func decimals(a arrow.Array) reader[float64] {
	scale := a.DataType().(arrow.DecimalType).GetScale()
	return func(i int) (float64, bool) {
		switch values := a.(type) {
		case *array.Decimal128:
			return values.Value(i).ToFloat64(scale), true
		case *array.Decimal256:
			return values.Value(i).ToFloat64(scale), true
		case *array.Decimal64:
			return values.Value(i).ToFloat64(scale), true
		case *array.Decimal32:
			return values.Value(i).ToFloat64(scale), true
		}
		return 0, false
	}
}

// times leaves out the ends of time, for which DuckDB keeps the greatest values and their negatives.
func times(a arrow.Array) reader[time.Time] {
	values := a.(*array.Timestamp)
	unit := a.DataType().(*arrow.TimestampType).Unit
	return func(i int) (time.Time, bool) {
		v := values.Value(i)
		return v.ToTime(unit), v != math.MaxInt64 && v != math.MinInt64 && v != -math.MaxInt64
	}
}

func dates(a arrow.Array) reader[time.Time] {
	if values, ok := a.(*array.Date64); ok {
		return func(i int) (time.Time, bool) { return values.Value(i).ToTime(), true }
	}
	values := a.(*array.Date32)
	return func(i int) (time.Time, bool) {
		v := values.Value(i)
		return time.Unix(int64(v)*86400, 0).UTC(), v != math.MaxInt32 && v != -math.MaxInt32 && v != math.MinInt32
	}
}

func clocks(a arrow.Array) reader[string] {
	if values, ok := a.(*array.Time64); ok {
		unit := int64(a.DataType().(*arrow.Time64Type).Unit.Multiplier())
		return func(i int) (string, bool) { return clock(int64(values.Value(i)) * unit), true }
	}
	values := a.(*array.Time32)
	unit := int64(a.DataType().(*arrow.Time32Type).Unit.Multiplier())
	return func(i int) (string, bool) { return clock(int64(values.Value(i)) * unit), true }
}

func intervals(a arrow.Array) reader[string] {
	values := a.(*array.MonthDayNanoInterval)
	return func(i int) (string, bool) { return interval(values.Value(i)), true }
}

func blobs(a arrow.Array) reader[string] {
	values := a.(interface{ Value(int) []byte })
	return func(i int) (string, bool) { return base64.StdEncoding.EncodeToString(values.Value(i)), true }
}

// texts reads strings, dictionaries of them (ENUM), and whatever else Arrow can write as text.
func texts(a arrow.Array) reader[string] {
	if values, ok := a.(interface{ Value(int) string }); ok {
		return func(i int) (string, bool) { return values.Value(i), true }
	}
	if values, ok := a.(*array.Dictionary); ok {
		words := texts(values.Dictionary())
		return func(i int) (string, bool) { return words(values.GetValueIndex(i)) }
	}
	return func(i int) (string, bool) { return a.ValueStr(i), true }
}

func jsonText(a arrow.Array) reader[json.RawMessage] {
	read := texts(a)
	return func(i int) (json.RawMessage, bool) {
		text, _ := read(i)
		return json.RawMessage(text), json.Valid([]byte(text))
	}
}

// nested writes lists, structs and maps as JSON.
func nested(a arrow.Array) reader[json.RawMessage] {
	return func(i int) (json.RawMessage, bool) {
		text, err := json.Marshal(a.GetOneForMarshal(i))
		return text, err == nil
	}
}
