package topn

import (
	"bytes"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/operators/keys"
)

// equality compares rows as GROUP BY does: -0.0 equals 0.0.
type equality struct {
	schema *arrow.Schema
	exact  *keys.Rows
	same   *keys.Rows
}

func newEquality(schema *arrow.Schema, exact *keys.Rows) (*equality, error) {
	var columns []arrow.DataType
	for _, f := range schema.Fields() {
		columns = append(columns, f.Type)
	}
	same, err := keys.NewRows(columns, false)
	return &equality{schema: schema, exact: exact, same: same}, err
}

// rows compares two rows that were encoded exactly.
func (e *equality) rows(a, b []byte) bool {
	return bytes.Equal(a, b) || bytes.Equal(bytes.Clone(e.plain(a)), e.plain(b))
}

// plain encodes a row so that equal ones are equal bytes, which are valid until the next call.
func (e *equality) plain(cells []byte) []byte {
	b := array.NewRecordBuilder(memory.DefaultAllocator, e.schema)
	defer b.Release()
	e.exact.Decode(b.Fields(), cells, []int{0})
	rows := b.NewRecordBatch()
	defer rows.Release()
	data, _ := e.same.Encode(rows.Columns(), []uint32{0})
	return data
}
