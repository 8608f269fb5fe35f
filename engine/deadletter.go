package engine

import "time"

// TooFarAhead begins the reason of a dead letter whose event time was too far ahead of the clock: see max_future.
const TooFarAhead = "event time too far in the future: "

// The tables of what could not be counted, as SQL names them.
const (
	DeadLettersTable = "weir.dead_letters"
	LateRowsTable    = "weir.late_rows"
)

// DeadLetter is a record that Weir could not use, kept with its bytes.
type DeadLetter struct {
	Source    string
	Partition string
	Offset    int64
	Value     []byte // empty if nothing is left of it
	// Meta is what its message said beside the value; nil if no query had asked for that, or there was none.
	Meta   *Meta
	Reason string
	At     time.Time // when it was found
	// Views are those that have passed the record without having had it. One that is not named has had it, or has yet to read it: a
	// record may be dead for the sake of a column that only later views read. It is only these that a replay gives it to.
	Views []string
	// Again says that the position had been read before, so that the store may have this letter already: it keeps one.
	Again bool
}

// GivenTogether begins the problem of a letter whose view has stopped, where others were given at the same time: given alone, it may do.
const GivenTogether = "it was given with others, and a view stopped on one of them: "

// Replayed is what a replay has made of a dead letter.
type Replayed struct {
	Letter DeadLetter // by its source, partition, offset and value
	Given  []string   // the views that have got it, which lack it no more
	Late   int        // how many of its rows were late
	// Problem is why the others of its views have not got it; empty if all have. It has GivenTogether in it if that may be for another letter.
	Problem string
	Stopped bool // one of its views has stopped, on it or on another letter that was given at the same time
	At      time.Time
}
