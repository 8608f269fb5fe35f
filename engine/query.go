package engine

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine/types"
)

// Query is a compiled view: what it reads, and the stages that its rows pass through.
//
//	source ─► stage 0, one chain a source partition ─ hash ─► stage 1, one chain a shard ─ hash ─► … ─► the view's table
type Query struct {
	Name      string
	Source    string
	Read      []types.Field // columns of the source, in the order that stage 0 expects
	EventTime int           // position of the event-time column in Read, -1 if the source has no watermark
	Stages    []Stage
	Output    []types.Field
}

// Stage is a chain of operators between two exchanges.
type Stage struct {
	// New makes the chain of one shard. Rows pass through its operators in order.
	New func(s Shard) ([]Operator, error)
	// Split divides rows among shards by the key that the stage's first operator groups by: entry i goes to shard i, nil
	// where there is nothing for it. The caller releases the parts. Nil for stage 0, whose rows stay with their partition.
	Split func(rows arrow.RecordBatch, shards int) ([]arrow.RecordBatch, error)
	// EventTime is the position of the event-time column in the stage's input, -1 if it is not among its columns.
	EventTime int
}

// Shard is one of the parallel instances of a stage. It owns the keys whose hash leaves Index when divided by Count.
type Shard struct {
	Index, Count int
}

// Owns reports whether the shard is responsible for a key with the given hash.
func (s Shard) Owns(hash uint64) bool { return hash%uint64(s.Count) == uint64(s.Index) }

// When a view's rows are written: the values of WITH (emit = …).
const (
	EmitClose   = "close"   // once, when the watermark passes the window's end
	EmitChanges = "changes" // at each commit, as upserts and deletes
)
