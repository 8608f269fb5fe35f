package relational

import (
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine/types"
)

func typesOf(fields []types.Field) []types.Type {
	out := make([]types.Type, len(fields))
	for i, f := range fields {
		out[i] = f.Type
	}
	return out
}

func layouts(schema *arrow.Schema) []arrow.DataType {
	out := make([]arrow.DataType, schema.NumFields())
	for i, f := range schema.Fields() {
		out[i] = f.Type
	}
	return out
}

// signed looks at row numbers, which are below 1<<31, as the function package wants them.
func signed(rows []uint32) []int32 {
	return unsafe.Slice((*int32)(unsafe.Pointer(unsafe.SliceData(rows))), len(rows))
}

// concat joins batches of the schema's layout into one, which the caller releases.
func concat(mem memory.Allocator, schema *arrow.Schema, parts []arrow.RecordBatch) (arrow.RecordBatch, error) {
	switch len(parts) {
	case 0:
		return empty(schema), nil
	case 1:
		return array.NewRecordBatch(schema, parts[0].Columns(), parts[0].NumRows()), nil
	}
	rows := int64(0)
	for _, p := range parts {
		rows += p.NumRows()
	}
	columns := make([]arrow.Array, 0, schema.NumFields())
	defer func() { releaseAll(columns) }()
	for i := range schema.NumFields() {
		chunks := make([]arrow.Array, len(parts))
		for k, p := range parts {
			chunks[k] = p.Column(i)
		}
		joined, err := array.Concatenate(chunks, mem)
		if err != nil {
			return nil, err
		}
		columns = append(columns, joined)
	}
	return array.NewRecordBatch(schema, columns, rows), nil
}

// empty is a batch without rows.
func empty(schema *arrow.Schema) arrow.RecordBatch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	return b.NewRecordBatch()
}

func releaseAll[T interface{ Release() }](held []T) {
	for _, h := range held {
		h.Release()
	}
}
