package duckdb

import (
	"reflect"
	"unsafe"

	godriver "github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

// chunkColumn is the memory of a column of a chunk that a table function fills; nil if the query does not read the column. The driver sets
// one value at a time, at a cost that a million samples feel, and does not show the memory.
func chunkColumn[T any](chunk *godriver.DataChunk, column int) []T {
	v := reflect.ValueOf(chunk).Elem()
	projection := *(*[]int)(unsafe.Pointer(v.FieldByName("projection").UnsafeAddr()))
	at := projection[column]
	if at < 0 || at >= chunk.ColumnCount() {
		return nil
	}
	handle := *(*mapping.DataChunk)(unsafe.Pointer(v.FieldByName("chunk").UnsafeAddr()))
	data := mapping.VectorGetData(mapping.DataChunkGetVector(handle, mapping.IdxT(at)))
	return unsafe.Slice((*T)(data), godriver.GetDataChunkCapacity())
}
