package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine/types"
)

// Trial asks what a view would have, before it is created: a SELECT, or CREATE MATERIALIZED VIEW, is run over the newest events of its
// sources, and changes nothing.
type Trial struct {
	SQL  string
	Rows int           // it ends once the view has so many
	For  time.Duration // or after so long
}

// Tried is what a trial has come to.
type Tried struct {
	Columns []types.Field
	Rows    []arrow.RecordBatch // of the view's table, at most as many as were asked for; the receiver releases them
	More    bool                // the view has more rows
	Emit    string              // close or changes
	Sources []TriedSource
	Late    int64         // rows that came after their window had closed
	Took    time.Duration // of reading
	Note    string        // what to make of it, in a sentence or two
}

// TriedSource is how much of a source a trial has read.
type TriedSource struct {
	Source      string `json:"source"`
	Events      int64  `json:"events"`
	DeadLetters int64  `json:"dead_letters"`
}

// The bounds of a trial.
const (
	trialRows    = 100
	maxTrialRows = 1000
	trialTime    = 5 * time.Second
	maxTrialTime = 30 * time.Second
)

// trialBody is a request: Rows and Seconds may be left out.
type trialBody struct {
	SQL     string   `json:"sql"`
	Rows    *int     `json:"rows"`
	Seconds *float64 `json:"seconds"`
}

// trialAnswer is the answer: the rows as POST /v1/sql writes them.
type trialAnswer struct {
	Columns   []column          `json:"columns"`
	Rows      []json.RawMessage `json:"rows"`
	Truncated bool              `json:"truncated"`
	Emit      string            `json:"emit"`
	Sources   []TriedSource     `json:"sources"`
	LateRows  int64             `json:"late_rows"`
	Seconds   float64           `json:"seconds"`
	Note      string            `json:"note"`
}

// serveTrial previews a view on live data.
func (a *api) serveTrial(w http.ResponseWriter, r *http.Request) {
	wanted, err := readTrial(http.MaxBytesReader(w, r.Body, a.options.MaxBody))
	if err != nil {
		writeProblem(w, &problem{status: http.StatusBadRequest, Code: "body",
			Message: fmt.Sprintf(`the body must be {"sql": "…", "rows": 100, "seconds": 5}, of which only sql must be given: %v`, err)})
		return
	}
	tried, err := a.options.Trial(r.Context(), wanted)
	if err != nil {
		writeProblem(w, problemOf(causeOf(r.Context(), err), wanted.SQL))
		return
	}
	defer func() {
		for _, rows := range tried.Rows {
			rows.Release()
		}
	}()
	answer := trialAnswer{Columns: columnsOf(tried.Columns), Rows: []json.RawMessage{}, Truncated: tried.More, Emit: tried.Emit, Sources: tried.Sources,
		LateRows: tried.Late, Seconds: tried.Took.Seconds(), Note: tried.Note}
	for _, rows := range tried.Rows {
		answer.Rows = appendRows(answer.Rows, rows)
	}
	writeJSON(w, http.StatusOK, answer)
}

// appendRows adds the rows of a batch, an array each.
func appendRows(out []json.RawMessage, batch arrow.RecordBatch) []json.RawMessage {
	write := jsonRow(batch)
	for i := range int(batch.NumRows()) {
		out = append(out, append(write([]byte{'['}, i), ']'))
	}
	return out
}

// readTrial reads a request and fills in what it leaves out.
func readTrial(body io.Reader) (t Trial, err error) {
	b := trialBody{}
	in := json.NewDecoder(body)
	in.DisallowUnknownFields()
	if err := in.Decode(&b); err != nil {
		return t, err
	}
	if len(bytes.TrimSpace([]byte(b.SQL))) == 0 {
		return t, errors.New("sql is empty")
	}
	t = Trial{SQL: b.SQL, Rows: trialRows, For: trialTime}
	if b.Rows != nil {
		t.Rows = *b.Rows
	}
	if b.Seconds != nil {
		t.For = time.Duration(*b.Seconds * float64(time.Second))
	}
	if t.Rows < 1 || t.Rows > maxTrialRows {
		return t, fmt.Errorf("rows %d: must be from 1 to %d", t.Rows, maxTrialRows)
	}
	if t.For <= 0 || t.For > maxTrialTime {
		return t, fmt.Errorf("seconds %g: must be above 0, and at most %g", t.For.Seconds(), maxTrialTime.Seconds())
	}
	return t, nil
}
