package engine

import (
	"time"

	"github.com/weirdb/weir/engine/types"
)

// Status is what the engine is doing, at one moment. Counters start at zero with the process.
type Status struct {
	Started     time.Time      `json:"started"`
	Epoch       int64          `json:"epoch"`        // the last one committed
	Commits     int64          `json:"commits"`      // by this process
	CommittedAt time.Time      `json:"committed_at"` // zero before the first commit
	CommitTime  time.Duration  `json:"commit_ns"`    // spent writing state and committing, in total
	Workers     int            `json:"workers"`
	Sources     []SourceStatus `json:"sources"`
	Queries     []QueryStatus  `json:"queries"`
	Sinks       []SinkStatus   `json:"sinks"`
}

// SourceStatus is one source's part of Status.
type SourceStatus struct {
	Name        string            `json:"name"`
	Connector   string            `json:"connector"`
	Records     int64             `json:"records"` // fetched
	Bytes       int64             `json:"bytes"`   // of records fetched
	DeadLetters int64             `json:"dead_letters"`
	Partitions  []PartitionStatus `json:"partitions"`
	Error       string            `json:"error,omitempty"` // why the source has stopped
}

// PartitionStatus is one partition's part of Status.
type PartitionStatus struct {
	Partition string `json:"partition"`
	Next      int64  `json:"next"`      // the next record to read
	Waiting   int64  `json:"waiting"`   // records known to wait; -1 if the connector cannot tell
	Watermark Time   `json:"watermark"` // µs since 1970; MinTime before the first event
	State     string `json:"state"`     // active, idle, ended, or ahead: it waits for others, see max_ahead
}

// QueryStatus is one view's part of Status.
type QueryStatus struct {
	View     string        `json:"view"`
	SQL      string        `json:"sql"`
	Sources  []string      `json:"sources"`
	Emit     string        `json:"emit"` // close or changes
	Columns  []types.Field `json:"columns"`
	RowsIn   int64         `json:"rows_in"`  // read by the query
	RowsOut  int64         `json:"rows_out"` // written to the view's table, taken back rows included
	LateRows int64         `json:"late_rows"`
	// Duplicates are events that had been delivered before, and were left out: see unique_key.
	Duplicates int64  `json:"duplicates"`
	Watermark  Time   `json:"watermark"` // the minimum over the active partitions of all sources
	State      string `json:"state"`     // running, ended or failed
	Error      string `json:"error,omitempty"`
}

// SinkStatus is one sink's part of Status.
type SinkStatus struct {
	Name      string `json:"name"`
	View      string `json:"view"`
	Connector string `json:"connector"`
	Delivered int64  `json:"delivered"` // rows
	Pending   int64  `json:"pending"`   // epochs waiting to be delivered
	Error     string `json:"error,omitempty"`
}

// Committed is one epoch's changes to a view, as live readers get them. The receiver calls Release on each batch.
type Committed struct {
	View    string
	Epoch   int64
	Batches []Batch
	// Gap says that changes before this one were not delivered to this reader, because it was too slow: read the table again.
	Gap bool
}
