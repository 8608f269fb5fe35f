package duckdb

import (
	"fmt"
	"runtime"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/cdata"
	"github.com/duckdb/duckdb-go/v2/arrowmapping"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

// feed is a view in DuckDB that shows whatever batch it was last given. A statement prepared over it is planned once and runs
// for every batch of the schema.
//
//	give(batch) ─► statement.run ─► DuckDB asks Next ─► batch, once ─► end
type feed struct {
	schema *arrow.Schema
	rows   arrow.RecordBatch // nil once DuckDB has taken it
	stream *cdata.CArrowArrayStream
	pinned runtime.Pinner // stream, for as long as the view exists
}

// newFeed creates the view in the session's current schema. Close it after the session's last statement over it.
func newFeed(s *session, name string, schema *arrow.Schema) (*feed, error) {
	f := &feed{schema: schema, stream: new(cdata.CArrowArrayStream)}
	f.pinned.Pin(f.stream)
	cdata.ExportRecordReader(f, f.stream)
	stream := arrowmapping.ArrowStream{Ptr: unsafe.Pointer(f.stream)}
	if arrowmapping.ArrowScan(s.conn, name, stream) == mapping.StateError {
		f.close()
		return nil, fmt.Errorf("no view can be made over the columns %s", schema)
	}
	return f, nil
}

func (f *feed) close() {
	cdata.ReleaseCArrowArrayStream(f.stream)
	f.pinned.Unpin()
}

// give lends rows to the next run of a statement. Their buffers must be pinned until that run has ended.
func (f *feed) give(rows arrow.RecordBatch) { f.rows = rows }

// The methods of array.RecordReader, which DuckDB calls, on a thread of its own, while a statement runs.

var _ array.RecordReader = (*feed)(nil)

// Retain does nothing: the feed lives until close.
func (f *feed) Retain() {}

// Release does nothing: the feed lives until close.
func (f *feed) Release() {}

// Schema is that of every batch given.
func (f *feed) Schema() *arrow.Schema { return f.schema }

// Next reports whether there is a batch that DuckDB has not taken yet.
func (f *feed) Next() bool { return f.rows != nil }

// RecordBatch hands the batch over, once.
func (f *feed) RecordBatch() arrow.RecordBatch {
	rows := f.rows
	f.rows = nil
	return rows
}

// Record is the former name of RecordBatch.
func (f *feed) Record() arrow.RecordBatch { return f.RecordBatch() }

// Err is nil: a batch in memory cannot fail to be read.
func (f *feed) Err() error { return nil }
