package engine

import (
	"context"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
)

// Position is how far a query has come in one partition of a source.
type Position struct {
	Query     string // the view; empty for the source's own position, which dead letters follow
	Source    string
	Partition string
	Next      int64 // the first record not yet processed
	Watermark Time  // of this partition, MinTime before its first event
	// Reached is the watermark of the query in the whole source, MinTime for the source's own position. It may be above the partition's,
	// if that was idle or came later, and below the lowest of those that have positions, if another has had no event.
	Reached Time
}

// LateRow is a row that came after its window had closed, as JSON of the columns that the query reads.
type LateRow struct {
	View      string
	Source    string
	Partition string
	EventTime Time
	Watermark Time
	Row       string
	At        time.Time
	// Offset is the position of the record that the row was made of, where that was replayed. Nil for other rows: they are not known by
	// their records.
	Offset *int64
}

// Change is what an epoch did to one view's table.
type Change struct {
	View    string
	Batches []Batch
}

// StateFile names a piece of state that a commit refers to. Files that no commit refers to are deleted.
type StateFile struct {
	Query string
	Stage int
	Name  string
	// Log says that the file holds what has come to one shard of the stage since its state was last written whole. Logs of one Epoch
	// belong together; they are to be read in the order of their epochs.
	Log   bool
	Epoch int64  // in which the whole state was written, or the log begun
	Bytes uint64 // of the rows in it, as they lie in memory
}

// Commit is everything that one epoch makes durable, in one transaction.
type Commit struct {
	Epoch       int64
	Changes     []Change
	Positions   []Position
	DeadLetters []DeadLetter
	Replayed    []Replayed // letters of earlier commits, whose rows are among the changes
	Late        []LateRow
	Expired     []Expiry
	State       []StateFile // replaces all earlier state of the queries named in Positions
	// Starts are where queries have begun to read partitions that they have not read from the beginning: Next is the first record.
	Starts []Position
}

// Expiry are rows that are dropped from a view's table once the epoch's changes are in it. Readers of changes do not hear of them.
type Expiry struct {
	View  string
	Where string // a DuckDB condition over the view's columns
}

// Checkpoint is the last commit, as a restart finds it.
type Checkpoint struct {
	Epoch     int64
	Positions []Position
	State     []StateFile
}

// Store keeps results, positions and state together.
type Store interface {
	// Load returns the last commit; a zero Checkpoint if there is none.
	Load(ctx context.Context) (Checkpoint, error)
	// Commit makes one epoch durable: all of it or nothing.
	Commit(ctx context.Context, c *Commit) error
	// CreateState starts a new state file. It is durable once closed, and counts only once a commit names it. Several
	// goroutines may write files at once.
	CreateState(name string) (StateSink, error)
	// ReadState calls yield with each batch of a section of a state file.
	ReadState(name, section string, yield func(rows arrow.RecordBatch) error) error
}

// StateSink is an open state file.
type StateSink interface {
	StateWriter
	// Close flushes the file to disk.
	Close() error
}
