package verify

import (
	"fmt"
	"strings"
)

// How much is shown of what differs.
const (
	maxRows   = 10 // rows, each way
	maxEvents = 20
)

// Outcome is what came out for one view.
type Outcome struct {
	View string
	// Refused is why the view cannot be compared; empty if it was.
	Refused string

	Rows        int64 // of the view's table
	Events      int64 // that the batch was computed over
	DeadLetters int64 // records before the view's positions that are no events
	Late        int64 // events that were late for this view, and are left out of the batch
	Duplicates  int64 // events that came before, and are left out of the batch
	Rounded     int64 // rows whose floats differ by their rounding only
	Open        int64 // rows of the batch that belong to windows which are still open
	OpenFrom    string

	Extra    Table // rows of the view's table that are not in the batch, the first of them
	Missing  Table // rows of the batch that are not in the view's table, the first of them
	ExtraN   int64 // all of them
	MissingN int64
	Behind   Table // events behind the rows that are shown, the first of them
	BehindN  int64

	Notes []string // what else there is to know
}

// Table is a piece of a table, as text.
type Table struct {
	Columns []string
	Rows    [][]string
}

// Equal reports whether the view's table was compared, and is the batch's.
func (o *Outcome) Equal() bool { return o.Refused == "" && o.ExtraN == 0 && o.MissingN == 0 }

// Summary is the outcome on one line.
func (o *Outcome) Summary() string {
	switch {
	case o.Refused != "":
		return "cannot be compared: " + o.Refused
	case o.Equal():
		return fmt.Sprintf("equal: %s over %s%s", count(o.Rows, "row"), count(o.Events, "event"), o.remarks())
	}
	return fmt.Sprintf("differs: of %s over %s, %d should not be there and %d are missing%s",
		count(o.Rows, "row"), count(o.Events, "event"), o.ExtraN, o.MissingN, o.remarks())
}

func (o *Outcome) remarks() string {
	var parts []string
	if o.Late > 0 {
		parts = append(parts, count(o.Late, "late row")+" left out")
	}
	if o.Duplicates > 0 {
		parts = append(parts, count(o.Duplicates, "duplicate")+" left out")
	}
	if o.DeadLetters > 0 {
		parts = append(parts, count(o.DeadLetters, "dead letter")+" left out")
	}
	if o.Rounded > 0 {
		parts = append(parts, count(o.Rounded, "row")+" equal but for the rounding of floats")
	}
	if o.Open > 0 {
		parts = append(parts, fmt.Sprintf("windows from %s on are still open (%s left out)", o.OpenFrom, count(o.Open, "row")))
	}
	if len(parts) == 0 {
		return ""
	}
	return "; " + strings.Join(parts, ", ")
}

// count is a number with its noun.
func count(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
