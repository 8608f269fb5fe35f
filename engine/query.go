package engine

import "github.com/weirdb/weir/engine/types"

// Query is a compiled view: a graph of nodes through which rows pass. Nodes are numbered: first the inputs, one for each scan,
// then the stages, each behind those that it reads.
//
//	source bid ─► input 0 ─ hash ─► stage 2: join ─ hash ─► stage 3: aggregate ─► the view's table
//	source ask ─► input 1 ─ hash ──┘
type Query struct {
	Name    string
	Inputs  []Input
	Stages  []Stage
	Results []int // the nodes whose rows are the view's
	Output  []types.Field
	// Traced says that rows have one column more than Output, the last: engine.TraceContext of the event that each was made of. It goes with
	// the view's changes to sinks, and into no table.
	Traced bool
	// Retention bounds how long the view's table keeps rows; nil if that is for ever.
	Retention *Retention
}

// Retention drops rows of a view's table that are old by event time. They cannot change any more: it may not drop others.
type Retention struct {
	Keep Time // microseconds behind the watermark
	// Expired returns a DuckDB condition for the rows that belong to event times before a moment only.
	Expired func(before Time) string
}

// Input is a source that the query reads, and what is done with its rows before they are divided by key. A source that is read
// twice is there twice.
type Input struct {
	Source string
	// Anew says that the source, a plain table, is read from its beginning at each start: nothing is kept of how far the query has
	// come in it, nor of what it made of it in stages that are Anew.
	Anew      bool
	Read      []types.Field // columns of the source, in the order that the operators expect
	EventTime int           // position of the event-time column in Read, -1 if the source has no watermark
	// New makes the chain of one worker, whose operators keep nothing between batches: rows stay with their partition, and a
	// partition's batches go to any worker.
	New func(worker int) ([]Operator, error)
}

// Stage is a chain of operators behind an exchange: one chain for each shard.
type Stage struct {
	Name  string // what its first operator is: aggregate, join, …
	Edges []Edge
	// New makes the chain of one shard. Rows pass through its operators in order.
	New func(s Shard) ([]Operator, error)
	// Behind is by how much, in microseconds, rows may come out behind the watermark that the stage was told.
	Behind Time
	// Gathers says that rows for a watermark come out at the flush that follows it: the stages behind hear of the watermark then.
	Gathers bool
	// Passes says that rows which come out at once are those that came in, so that they still are of their partition.
	Passes bool
	// Anew says that all that the stage keeps comes from inputs that are Anew: its state is not written.
	Anew bool
}

// Edge brings the rows of one node to a stage.
type Edge struct {
	From  int // the node
	Input int // of the stage's first operator
	// Split divides rows among shards by the key of the stage's first operator: entry i goes to shard i, its Rows nil where there
	// is nothing for it. It borrows b; the caller releases the parts. Several goroutines may call it.
	Split func(b Batch, shards int) ([]Batch, error)
	// EventTime is the position of the event-time column among the node's columns, for late rows; -1 if it is not there.
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
