// Package engine holds the contracts between the parts of Weir: what a batch is, what an operator, a source, a format, a sink
// and a store must do. Everything else depends on this package; it depends on none of them.
//
//	source ──records──► decoder ──batches──► operators ──changes──► store ──► sinks, live streams
//
// The runtime that moves the batches is engine/runtime; the plans that say which operators there are, engine/plan.
// To add a connector, implement Source or Sink; a format, Decoder; an operator, Operator.
package engine

import (
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// Batch changes a table: weight +1 adds a row, -1 takes it back. Nil Weights mean all +1, which is what append-only plans carry.
type Batch struct {
	Rows    arrow.RecordBatch
	Weights []int8 // nil, or one for each row
	// Traces are the trace contexts of the events that rows were made of, as TraceContext has them, NULL where there is none. They go with
	// changes on their way to sinks whose messages carry them, and nowhere else: nil everywhere else.
	Traces *array.String
}

// Retain keeps the batch's memory until Release.
func (b Batch) Retain() Batch {
	b.Rows.Retain()
	if b.Traces != nil {
		b.Traces.Retain()
	}
	return b
}

// Release gives the batch's memory back.
func (b Batch) Release() {
	b.Rows.Release()
	if b.Traces != nil {
		b.Traces.Release()
	}
}

// Size is how many bytes the rows take. Of a slice it is those of the whole.
func (b Batch) Size() uint64 {
	total := uint64(0)
	for _, column := range b.Rows.Columns() {
		total += column.Data().SizeInBytes()
	}
	if b.Traces != nil {
		total += b.Traces.Data().SizeInBytes()
	}
	return total
}

// Size is how many bytes the rows of batches take.
func Size(batches []Batch) uint64 {
	total := uint64(0)
	for _, b := range batches {
		total += b.Size()
	}
	return total
}

// Time is an event time or a watermark: microseconds since 1970-01-01 UTC, as DuckDB's TIMESTAMP.
type Time int64

// The ends of time. A watermark is MinTime before the first event; MaxTime says that the input has ended.
const (
	MinTime Time = math.MinInt64
	MaxTime Time = math.MaxInt64
)
