package duckdb

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// compact returns a batch that can be exported: arrow-go exports a sliced STRUCT with its offset and with children that are
// sliced already, so that readers apply the offset twice. Such columns are copied, the others shared. The caller releases the result.
func compact(given []arrow.Array, rows int64, schema *arrow.Schema) (arrow.RecordBatch, error) {
	columns := make([]arrow.Array, len(given))
	for i, column := range given {
		if !slicedStruct(column.Data()) {
			columns[i] = column
			continue
		}
		copied, err := array.Concatenate([]arrow.Array{column}, memory.DefaultAllocator)
		if err != nil {
			return nil, fmt.Errorf("copying column %d: %w", i, err)
		}
		defer copied.Release()
		columns[i] = copied
	}
	return array.NewRecordBatch(schema, columns, rows), nil
}

func slicedStruct(data arrow.ArrayData) bool {
	if data.DataType().ID() == arrow.STRUCT && data.Offset() != 0 {
		return true
	}
	for _, child := range data.Children() {
		if slicedStruct(child) {
			return true
		}
	}
	return false
}
