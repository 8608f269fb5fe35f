package engine

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine/types"
)

// Emitter takes what an operator produces.
type Emitter interface {
	// Emit passes a batch on. It borrows b: the operator still owns it, and may reuse it after the call.
	Emit(b Batch) error
	// Late puts aside rows, of the operator's input, that belong to a window which has closed. It borrows rows.
	Late(rows arrow.RecordBatch) error
}

// Operator is one passive stage of a query: no goroutine, clock, lock or I/O inside. One goroutine calls it at a time.
// An error ends the query.
type Operator interface {
	// Process takes a batch from the given input. It borrows b: to keep it, Retain it.
	Process(input int, b Batch, out Emitter) error
	// Advance tells that no row earlier than wm will come on any input: emit what is complete, drop its state. Calls come
	// with growing wm; MaxTime is the end of the input.
	Advance(wm Time, out Emitter) error
}

// Flusher is what an operator adds that gathers changes and emits them once an epoch.
type Flusher interface {
	// Flush emits what has changed since the last flush. The epoch commits right after.
	Flush(out Emitter) error
}

// Deduplicator is what an operator adds that leaves out events which came before.
type Deduplicator interface {
	// Duplicates is how many it has left out since it was made.
	Duplicates() int64
}

// Snapshotter is what a stateful operator adds. State is written as rows that carry their key, so that n instances restore
// into m: each instance is given all rows and keeps those that it owns.
//
// A restart may restore an older snapshot, and give the operator what it was given since again: it must come to the same state. One that
// would not is a Decider.
type Snapshotter interface {
	// Snapshot writes the whole state. It is called between epochs.
	Snapshot(w StateWriter) error
	// Restore reads state into a fresh operator. It may be called several times, once for each instance that wrote.
	Restore(r StateReader) error
}

// Decider is what a Snapshotter adds whose Flush may decide otherwise when the same rows come again, as DuckDB's answers do where a query
// leaves them open. What it has decided is kept beside the rows, and a restart gives it that instead of having it decide anew.
//
//	before the restart   Process … Flush, Decided ─► kept
//	after it             Process … Recall ◄───────── kept, Settle
type Decider interface {
	// Decided returns what the last Flush has decided, as rows that carry their key, all of one schema, and forgets it. The caller releases
	// them.
	Decided() []arrow.RecordBatch
	// Recall takes in rows of Decided, of any instance: it keeps those whose key it owns. It borrows rows.
	Recall(rows arrow.RecordBatch, owns func(hash uint64) bool) error
	// Settle is called in place of the Flush whose decisions were recalled. It emits nothing.
	Settle() error
}

// StateWriter takes an operator's state.
type StateWriter interface {
	// Write appends a batch to the named section. All batches of a section have one schema. It borrows rows.
	Write(section string, rows arrow.RecordBatch) error
}

// StateReader gives an operator's state back.
type StateReader interface {
	// Read calls yield with each batch of the named section, in the order in which they were written. It lends rows.
	Read(section string, yield func(rows arrow.RecordBatch) error) error
	// Owns reports whether the reading instance is responsible for a key with the given hash.
	Owns(hash uint64) bool
}

// Tables runs SQL over whole tables, in DuckDB.
type Tables interface {
	// Query runs a SELECT over tables in0, in1, …, which have the columns c0, c1, … with the types given, and returns its rows,
	// cast to the types of result, in their layout. The order of a table's rows is that of its batch; the SELECT may rely on it as
	// far as DuckDB does (preserve_insertion_order). The caller releases the rows.
	Query(sql string, inputs []Table, result []types.Type) (arrow.RecordBatch, error)
}

// Table is a batch with the types of its columns, which its layout alone does not tell.
type Table struct {
	Columns []types.Type
	Rows    arrow.RecordBatch
}

// Evaluator computes expressions that Weir has no kernels for: it runs them in DuckDB, a batch at a time.
type Evaluator interface {
	// Eval computes each DuckDB SQL expression over the rows, whose columns are named c0, c1, …, and returns a batch with
	// one column for each, in the layout of its type, and as many rows as the input. The caller releases it.
	Eval(exprs []string, schema *arrow.Schema, rows arrow.RecordBatch) (arrow.RecordBatch, error)
}
