package file

import (
	"encoding/hex"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// emitBatch puts the asked columns of a file's batch, whose first row is at position first, in the fetch. Columns whose names
// are in texts hold text, even if their layout is that of bytes.
func (p *partition) emitBatch(f *engine.Fetch, batch arrow.RecordBatch, first int64, texts map[string]bool) error {
	names := make([]types.Field, batch.NumCols())
	for i := range names {
		names[i].Name = batch.ColumnName(i)
	}
	columns := make([]arrow.Array, len(p.columns))
	defer func() { releaseAll(columns) }()
	for i, column := range p.columns {
		if at := find(names, column.Name); at >= 0 {
			columns[i] = unwrap(batch.Column(at), column.Type, texts[batch.ColumnName(at)], p.mem)
		}
	}
	return p.emit(f, columns, countFrom(first, int(batch.NumRows())), func(row int) []byte { return show(batch, row) })
}

// unwrap returns a column that DuckDB takes: the values inside an extension type, UUIDs as text, Parquet's intervals as intervals,
// and nil for a column of nothing but NULL. The caller releases it.
func unwrap(column arrow.Array, want types.Type, isText bool, mem memory.Allocator) arrow.Array {
	if column.DataType().ID() == arrow.NULL {
		return nil
	}
	if extension, ok := column.(array.ExtensionArray); ok {
		column = extension.Storage()
	}
	if bytes, ok := column.(*array.FixedSizeBinary); ok && want.ID == types.UUID {
		return uuidTexts(bytes, mem)
	}
	if bytes, ok := column.(*array.FixedSizeBinary); ok && want.ID == types.Interval && width(bytes) == parquetIntervalBytes {
		return parquetIntervals(bytes, mem)
	}
	if text, ok := column.(*array.Binary); ok && (isText || want.ID == types.JSON) {
		return asString(text)
	}
	column.Retain()
	return column
}

func width(column *array.FixedSizeBinary) int {
	return column.DataType().(*arrow.FixedSizeBinaryType).ByteWidth
}

// asString gives bytes that are text, as Parquet's JSON is, the layout of text. The cast to JSON tells if they are not.
func asString(column *array.Binary) arrow.Array {
	d := column.Data()
	data := array.NewData(arrow.BinaryTypes.String, d.Len(), d.Buffers(), nil, d.NullN(), d.Offset())
	defer data.Release()
	return array.MakeFromData(data)
}

// uuidTexts writes UUIDs of 16 bytes as 8-4-4-4-12 hexadecimal digits.
func uuidTexts(column *array.FixedSizeBinary, mem memory.Allocator) arrow.Array {
	b := array.NewStringBuilder(mem)
	defer b.Release()
	for row := range column.Len() {
		if column.IsNull(row) {
			b.AppendNull()
			continue
		}
		b.Append(uuidText(column.Value(row)))
	}
	return b.NewArray()
}

func uuidText(value []byte) string {
	digits := hex.EncodeToString(value)
	if len(digits) != 32 {
		return digits // no UUID: the cast says so
	}
	return digits[:8] + "-" + digits[8:12] + "-" + digits[12:16] + "-" + digits[16:20] + "-" + digits[20:]
}

// show writes one row of a file for the dead letters, as a JSON array of one object.
func show(batch arrow.RecordBatch, row int) []byte {
	one := batch.NewSlice(int64(row), int64(row)+1)
	defer one.Release()
	text, err := one.MarshalJSON()
	if err != nil {
		return []byte("this row cannot be shown: " + err.Error())
	}
	return text
}
