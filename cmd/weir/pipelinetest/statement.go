package pipelinetest

import (
	"time"

	"github.com/weirdb/weir/sql/parse"
)

// span is a statement's place in the file, without the semicolon.
type span = parse.Span

// statement is one statement of a test file.
type statement interface{ at() span }

// define is a statement of Weir's own: CREATE SOURCE and the like.
type define struct{ span }

// include is INCLUDE 'path'.
type include struct {
	span
	path    string
	pathPos int
}

// place names a source and perhaps one of its partitions.
type place struct {
	source    string // empty for all
	sourcePos int
	partition string // empty for all or, where events are inserted, for partition 0
}

// insert is INSERT INTO source [PARTITION n] [(columns)] VALUES … | SELECT … | JSON '…', '…'.
type insert struct {
	span
	place
	columns   []parse.Token
	query     span     // VALUES or a SELECT; empty for records
	records   []string // as the source's format has them
	recordPos int
}

// advance is ADVANCE WATERMARK [source [PARTITION n]] TO 'time'.
type advance struct {
	span
	place
	to    string
	toPos int
}

// clock is ADVANCE CLOCK BY INTERVAL '…'.
type clock struct {
	span
	by time.Duration
}

// idle is IDLE source PARTITION n.
type idle struct {
	span
	place
}

// closing is CLOSE source.
type closing struct {
	span
	place
}

// commit is COMMIT.
type commit struct{ span }

// expect is EXPECT … ROWS (…) | ROWS n | EMPTY.
type expect struct {
	span
	what    subject
	name    string // of the view or source
	namePos int
	query   span // of EXPECT SELECT
	ordered bool // the query says in which order
	rows    span // (…), (…); empty for EMPTY and for a number of rows
	counted bool // a number of rows is expected
	count   int64
}

// subject is what an EXPECT looks at.
type subject int

const (
	ofView    subject = iota
	ofQuery           // EXPECT SELECT …
	ofLate            // EXPECT LATE view
	ofLetters         // EXPECT DEAD LETTERS source
	ofAlert           // EXPECT ALERT alert
)

func (s define) at() span  { return s.span }
func (s include) at() span { return s.span }
func (s insert) at() span  { return s.span }
func (s advance) at() span { return s.span }
func (s clock) at() span   { return s.span }
func (s idle) at() span    { return s.span }
func (s closing) at() span { return s.span }
func (s commit) at() span  { return s.span }
func (s expect) at() span  { return s.span }
