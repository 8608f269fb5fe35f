package rows

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// Join puts batches of one schema together. It borrows them; the caller releases the result.
func Join(schema *arrow.Schema, parts []arrow.RecordBatch) (arrow.RecordBatch, error) {
	rows := int64(0)
	for _, p := range parts {
		rows += p.NumRows()
	}
	columns := make([]arrow.Array, schema.NumFields())
	defer func() {
		for _, c := range columns {
			if c != nil {
				c.Release()
			}
		}
	}()
	for i := range columns {
		chunks := make([]arrow.Array, len(parts))
		for k, p := range parts {
			chunks[k] = p.Column(i)
		}
		if len(chunks) == 0 {
			columns[i] = array.MakeArrayOfNull(memory.DefaultAllocator, schema.Field(i).Type, 0)
			continue
		}
		var err error
		if columns[i], err = array.Concatenate(chunks, memory.DefaultAllocator); err != nil {
			return nil, err
		}
	}
	return array.NewRecordBatch(schema, columns, rows), nil
}
