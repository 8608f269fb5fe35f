package duckdb

import (
	"runtime"

	"github.com/apache/arrow-go/v18/arrow"
)

// pinBatch pins the buffers of a batch that is about to be lent to DuckDB.
//
// The Arrow C data interface stores pointers to the buffers in C memory. cgo allows that for pinned Go memory only, and
// batches come from any allocator, most often the Go heap. Pinning costs a few dozen nanoseconds for each buffer, which is
// less than copying it to C memory, and does nothing to memory that is in C already.
func pinBatch(pinner *runtime.Pinner, rows arrow.RecordBatch) {
	for _, column := range rows.Columns() {
		pinData(pinner, column.Data())
	}
}

func pinData(pinner *runtime.Pinner, data arrow.ArrayData) {
	for _, buffer := range data.Buffers() {
		if buffer != nil && buffer.Len() > 0 {
			pinner.Pin(&buffer.Bytes()[0])
		}
	}
	for _, child := range data.Children() {
		pinData(pinner, child)
	}
}
