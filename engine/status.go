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
	Writable    bool           `json:"writable"` // statements that come over HTTP may change tables and definitions
	Phases      Phases         `json:"phases"`
	Files       Files          `json:"files"`
	Sources     []SourceStatus `json:"sources"`
	Queries     []QueryStatus  `json:"queries"`
	Sinks       []SinkStatus   `json:"sinks"`
	Clients     Clients        `json:"clients"` // of the PostgreSQL protocol
	Flight      Clients        `json:"flight"`  // of Arrow Flight SQL
}

// Clients is what clients of a protocol do; zero where it is not served.
type Clients struct {
	Connected  int   `json:"connected"`
	Statements int64 `json:"statements"` // run by this process
	Failures   int64 `json:"failures"`   // errors that clients were told
	Results    int   `json:"results"`    // being read: each keeps the state that it is of from being cleared away
}

// SourceStatus is one source's part of Status.
type SourceStatus struct {
	Name        string            `json:"name"`
	Connector   string            `json:"connector"`
	State       string            `json:"state"`    // opening, retrying, running, ended, failed, paused or backpressured
	Delay       time.Duration     `json:"delay_ns"` // of a watermark behind the highest event time
	Records     int64             `json:"records"`  // fetched
	Bytes       int64             `json:"bytes"`    // of records fetched
	DeadLetters int64             `json:"dead_letters"`
	LastReason  string            `json:"last_reason,omitempty"` // of the last dead letter
	Buffered    int               `json:"buffered"`              // polls that wait for the engine; at most MaxBuffered
	Blocked     time.Duration     `json:"blocked_ns"`            // how long the reader has waited for the engine, in total
	Partitions  []PartitionStatus `json:"partitions"`
	Error       string            `json:"error,omitempty"` // why the source has stopped, or could not be opened
}

// MaxBuffered is how many polls of a source wait for the engine at most. Its reader waits then, with one more in hand.
const MaxBuffered = 1

// PartitionStatus is one partition's part of Status.
type PartitionStatus struct {
	Partition string `json:"partition"`
	Next      int64  `json:"next"`      // the next record to read
	Waiting   int64  `json:"waiting"`   // records known to wait; -1 if the connector cannot tell
	Watermark Time   `json:"watermark"` // µs since 1970; MinTime before the first event
	State     string `json:"state"`     // active, idle, ended, gone, or ahead: it waits for others, see max_ahead
}

// QueryStatus is one view's part of Status.
type QueryStatus struct {
	View     string          `json:"view"`
	Alert    bool            `json:"alert,omitempty"` // its rows are transitions, and the one stage named alert holds its instances
	SQL      string          `json:"sql"`
	Sources  []string        `json:"sources"`
	Emit     string          `json:"emit"` // close or changes
	Columns  []types.Field   `json:"columns"`
	About    About           `json:"about"`    // what its definition says of it, for people
	Readings []ReadingStatus `json:"readings"` // how far it has come, for each source
	Stages   []StageStatus   `json:"stages"`   // what it holds
	Results  []Origin        `json:"results"`  // where the view's rows come from
	RowsIn   int64           `json:"rows_in"`  // read by the query
	RowsOut  int64           `json:"rows_out"` // written to the view's table, taken back rows included
	LateRows int64           `json:"late_rows"`
	// Duplicates are events that had been delivered before, and were left out: see unique_key.
	Duplicates int64  `json:"duplicates"`
	Watermark  Time   `json:"watermark"` // the minimum over the active partitions of all sources
	State      string `json:"state"`     // running, ended, failed, paused or backpressured
	Error      string `json:"error,omitempty"`
	// Backpressure names the sink for which the view stands still: more waits for it than its max_outbox. Empty if it does not.
	Backpressure string `json:"backpressure,omitempty"`
}

// Instances are how many of an alert's instances are in a state, pending or firing, as they were when the status was last renewed.
func (q *QueryStatus) Instances(state string) int64 {
	for i := range q.Stages {
		if s := &q.Stages[i]; s.Name == "alert" && s.Held != nil {
			for _, p := range s.Held.Parts {
				if p.Name == state {
					return p.Count
				}
			}
		}
	}
	return 0
}

// SinkStatus is one sink's part of Status.
type SinkStatus struct {
	Name      string `json:"name"`
	View      string `json:"view"`
	Connector string `json:"connector"`
	Delivered int64  `json:"delivered"` // rows
	// Notifications are the messages that the sink has sent of alerts, where one may tell of several rows.
	Notifications int64 `json:"notifications,omitempty"`
	Pending       int64 `json:"pending"` // epochs waiting to be delivered
	// PendingBytes is how large they are, as they lie in the outbox.
	PendingBytes int64 `json:"pending_bytes"`
	// MaxOutbox is beyond how many bytes waiting the view stands still; 0 for never.
	MaxOutbox int64  `json:"max_outbox"`
	Failures  int64  `json:"failures"` // deliveries that failed, and were or will be tried again
	State     string `json:"state"`    // running, retrying or paused
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
