package engine

// Detectors are what a DuckDB needs to compute anomaly(x) OVER (…) by itself, over rows that are all there. It binds f(x) OVER (…) for
// functions of its own only: so the text is rewritten before it is planned, into two scalar functions in Go around a call of its own.
type Detectors struct {
	// Rewrite returns the text with its detectors' calls written anew. A mistake in one is a *TextError. It asks the DuckDB for its parser.
	Rewrite func(sql string, ask Ask) (Rewritten, error)
	// Compile returns what makes a scorer for each series, of the specification that Rewrite has put into a call, and of how many columns it has.
	Compile func(spec string, columns int) (func() Scorer, error)
	// Functions are the calls that there are, for those who complete and explain.
	Functions []DetectorFunction
}

// DetectorFunction is a function of SQL that scores.
type DetectorFunction struct {
	Name                 string
	Parameters           []string
	Description, Example string
}

// Ask runs a SELECT with the parameter $1, a VARCHAR, and returns the one VARCHAR of its answer.
type Ask func(query, argument string) (string, error)

// Rewritten is a text that stands for one of a user's.
type Rewritten struct {
	SQL string
	// Origin is where a byte of SQL comes from in the user's text. Nil if they are the same text.
	Origin func(at int) int
}

// Place is Origin, of any text, and of a place that is not known, which is negative.
func (r Rewritten) Place(at int) int {
	if r.Origin == nil || at < 0 {
		return at
	}
	return r.Origin(at)
}

// TextError is a mistake in a text of a user's.
type TextError struct {
	Message  string
	Position int // byte offset
}

// Error implements error.
func (e *TextError) Error() string { return e.Message }

// Scorer scores the points of one series, in the order of their time.
type Scorer interface {
	// Score scores a point at a time in microseconds since 1970, and learns it. x is lent, and finite.
	Score(at int64, x []float64) Score
}

// Score is what a detector says of a point. What it does not say is NaN, or empty.
type Score struct {
	Score                  float64
	Anomaly                bool
	Expected, Lower, Upper float64
	Reason                 string
}
