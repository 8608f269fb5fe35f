package alert

import (
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/types"
)

// shown are the values of transitions' rows as templates see them, by column name: numbers as numbers, NULL as nil, all else as text. A
// rule without templates needs none.
func (o *output) shown(made []transition) []map[string]any {
	out := make([]map[string]any, len(made))
	for i := range out {
		out[i] = map[string]any{}
	}
	if o.summary == nil && o.description == nil {
		return out
	}
	b := array.NewRecordBuilder(o.mem, types.Schema(o.values))
	defer b.Release()
	o.decode(b.Fields(), made)
	rows := b.NewRecordBatch()
	defer rows.Release()
	for k, f := range o.values {
		for i := range out {
			out[i][f.Name] = shownValue(f.Type, rows.Column(k), i)
		}
	}
	return out
}

// shownValue is a value as alerting.Template wants it.
func shownValue(t types.Type, column arrow.Array, row int) any {
	if column.IsNull(row) {
		return nil
	}
	switch c := column.(type) {
	case *array.Boolean:
		return c.Value(row)
	case *array.Float64:
		return c.Value(row)
	case *array.Float32:
		return float64(c.Value(row))
	case *array.Decimal128:
		return c.Value(row).ToFloat64(int32(t.Scale))
	case *array.Timestamp:
		return momentText(c.Value(row).ToTime(c.DataType().(*arrow.TimestampType).Unit).UnixMicro())
	}
	if t.Integral() {
		return integer(column, row)
	}
	return column.ValueStr(row)
}

// integer widens a whole number.
func integer(column arrow.Array, row int) any {
	switch c := column.(type) {
	case *array.Int8:
		return int64(c.Value(row))
	case *array.Int16:
		return int64(c.Value(row))
	case *array.Int32:
		return int64(c.Value(row))
	case *array.Int64:
		return c.Value(row)
	case *array.Uint8:
		return int64(c.Value(row))
	case *array.Uint16:
		return int64(c.Value(row))
	case *array.Uint32:
		return int64(c.Value(row))
	case *array.Uint64:
		return c.Value(row)
	}
	return column.ValueStr(row)
}

// momentText is a time as DuckDB prints it.
func momentText(micros int64) string {
	return time.UnixMicro(micros).UTC().Format("2006-01-02 15:04:05.999999")
}
