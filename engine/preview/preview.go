// Package preview is what `weir plan` says: what applying texts of statements would change, and what that means for each view. It is
// types only; cmd/weir/node fills them in, by applying the texts and taking all back.
//
// To say more of a view: a field here, filled in by cmd/weir/node/preview*.go, and printed by cmd/weir/plantext.go.
package preview

// Script is a text of statements, with a name for messages: of the file that it is from.
type Script struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// Preview is what would change.
type Preview struct {
	// Changes says whether anything is created, replaced, dropped, paused or resumed. Statements about plain tables do not count: they
	// are executed at each start.
	Changes bool `json:"changes"`
	// Objects are the statements of the texts, in order, then what the database has beside them.
	Objects []Object `json:"objects"`
	Views   []View   `json:"views"`
}

// Object is what becomes of an object.
type Object struct {
	Script string `json:"script,omitempty"` // absent if no statement is about it
	Line   int    `json:"line,omitempty"`   // of the statement, from 1
	Kind   string `json:"kind"`             // SOURCE, MATERIALIZED VIEW, SINK, ALERT, MACRO or TABLE
	Name   string `json:"name"`
	// Action is unchanged, created, replaced, dropped, altered or, for a plain table, executed.
	Action string   `json:"action"`
	Why    []string `json:"why,omitempty"` // in what a definition differs from the one before
	Note   string   `json:"note,omitempty"`
}

// Fate is what becomes of a view's results and state.
type Fate string

// The fates.
const (
	Kept    Fate = "kept"    // it goes on where it stands
	Rebuilt Fate = "rebuilt" // its table is emptied, and computed anew
	Created Fate = "created"
	Dropped Fate = "dropped"
)

// View is what becomes of a view.
type View struct {
	Name string `json:"name"`
	Fate Fate   `json:"fate"`
	// Replaces is the view that this one is the successor of, which goes on until it has caught up.
	Replaces string   `json:"replaces,omitempty"`
	Why      []string `json:"why,omitempty"` // why it is rebuilt, or in spite of what it is kept
	// Rows are what its table has now, and StateBytes what its state takes in memory: both go if it is rebuilt or dropped.
	Rows       int64     `json:"rows"`
	StateBytes uint64    `json:"state_bytes"`
	Sinks      []string  `json:"sinks,omitempty"` // that follow it: they get the rows of a rebuilt view once more
	Sources    []Reading `json:"sources,omitempty"`
}

// Reading is where a view begins in a source, or goes on.
type Reading struct {
	Source string `json:"source"`
	Table  bool   `json:"table,omitempty"` // a plain table, which is read whole
	// Size is how much there is to read, in Unit, over all partitions; -1 if that is not known, with the reason in Error or because
	// the connector cannot tell.
	Size       int64       `json:"size"`
	Unit       string      `json:"unit,omitempty"` // records, rows or bytes
	Partitions []Partition `json:"partitions,omitempty"`
	Error      string      `json:"error,omitempty"`
}

// Partition is where a view begins in a partition, or goes on.
type Partition struct {
	Partition string `json:"partition"`
	From      int64  `json:"from"` // -1 if it is not known
	End       int64  `json:"end"`  // where the partition ends now; -1 if that is not known
	Size      int64  `json:"size"` // what lies between, in the reading's unit; -1 if that is not known
	Note      string `json:"note,omitempty"`
}
