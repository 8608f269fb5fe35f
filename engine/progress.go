package engine

import "time"

// ReadingStatus is how far a query has come in one of its sources. It is renewed a few times a second.
type ReadingStatus struct {
	Source string `json:"source"`
	// Table says that it is a plain table: it has no watermark, and holds none back.
	Table bool `json:"table,omitempty"`
	// Timed says that the source declares a WATERMARK: otherwise its events close nothing.
	Timed bool `json:"timed"`
	// Answered says that the source has been opened: its partitions are known.
	Answered    bool              `json:"answered"`
	Watermark   Time              `json:"watermark"`
	Moved       time.Time         `json:"moved"` // when the watermark last rose, or when it was taken from the last commit
	IdleTimeout time.Duration     `json:"idle_timeout_ns"`
	Partitions  []ReadingPosition `json:"partitions"`
}

// ReadingPosition is how far a query has come in a partition.
type ReadingPosition struct {
	Partition string    `json:"partition"`
	Next      int64     `json:"next"` // the next record to read; -1 if none has been
	Waiting   int64     `json:"waiting"`
	Watermark Time      `json:"watermark"`
	Moved     time.Time `json:"moved"` // when the watermark last rose; zero if it has not since the start
	Heard     time.Time `json:"heard"` // when records last came, or when the partition became known
	Quiet     bool      `json:"quiet"` // nothing was waiting when it was last asked
	State     string    `json:"state"` // active, idle, ended or gone
}

// StageStatus is what a stage of a query holds, all shards together. It is renewed a few times a second.
type StageStatus struct {
	Name    string   `json:"name"` // what its first operator is
	Sources []string `json:"sources"`
	From    []Origin `json:"from"`    // where its rows come from, an edge each
	Waiting int64    `json:"waiting"` // rows that wait before it
	// Watermark is what its operators are told next.
	Watermark Time `json:"watermark"`
	// Ahead is by how much, in microseconds, the sources' watermark has to be ahead of the one that the stage is to have.
	Ahead Time `json:"ahead"`
	// Held is what its first operator holds; nil if it keeps nothing.
	Held *Held `json:"held,omitempty"`
}

// Origin is where rows of a query come from: what a source's rows are after the query's filters, or a stage.
//
//	source bid ─Origin{Source: "bid"}─► stage 0 ─Origin{Stage: 0}─► stage 1 ─Origin{Stage: 1}─► the view's table
type Origin struct {
	Source string `json:"source,omitempty"` // empty if it is a stage
	Stage  int    `json:"stage"`            // its place among the query's stages; -1 if it is a source
	Rows   int64  `json:"rows"`             // that have come from there since this engine began, those that take rows back included
}

// Phases is where the engine's loop has spent its time since the start. Commits run beside it, the rest one after the other.
type Phases struct {
	Gather time.Duration `json:"gather_ns"` // waiting for records, and for the epoch's end where there are none
	Decode time.Duration `json:"decode_ns"` // decoding, the queries' inputs and, beside them, their first stages
	Stages time.Duration `json:"stages_ns"` // the stages behind, and taking in what came out
	Await  time.Duration `json:"await_ns"`  // waiting for the commit before
	Flush  time.Duration `json:"flush_ns"`  // operators emitting what they have gathered
	State  time.Duration `json:"state_ns"`  // writing operators' state
	Commit time.Duration `json:"commit_ns"` // DuckDB's transactions, beside the rounds
}

// Files is what the result database takes on disk, in bytes.
type Files struct {
	Database int64 `json:"database"`
	Log      int64 `json:"log"`   // DuckDB's write-ahead log
	State    int64 `json:"state"` // the state files
}
