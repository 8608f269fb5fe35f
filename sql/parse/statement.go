package parse

// Statement is one parsed statement head. What DuckDB must understand stays text: SELECTs, column types, watermark expressions.
type Statement interface {
	// At is the statement's place in the file's text, without the semicolon.
	At() Span
}

// Span is a piece of a text, in byte offsets.
type Span struct{ Start, End int }

// At implements Statement.
func (s Span) At() Span { return s }

// Of cuts the span out of the text.
func (s Span) Of(text string) string { return text[s.Start:s.End] }

// CreateSource is CREATE [OR REPLACE] SOURCE name (columns, WATERMARK FOR column AS expression) WITH (…).
type CreateSource struct {
	Span
	Name      string
	Replace   bool
	IfMissing bool // IF NOT EXISTS
	Columns   []ColumnDef
	Watermark *Watermark // nil if there is none
	With      With
}

// ColumnDef is one declared column.
type ColumnDef struct {
	Name string
	Pos  int  // of the name
	Type Span // text that DuckDB parses
}

// Watermark is WATERMARK FOR column AS expression.
type Watermark struct {
	Column string
	Pos    int
	Expr   Span
}

// CreateView is CREATE [OR REPLACE] MATERIALIZED VIEW name WITH (…) AS SELECT …, or the same for an ALERT.
type CreateView struct {
	Span
	Alert     bool
	Name      string
	Replace   bool
	IfMissing bool
	With      With
	Select    Span
}

// CreateSink is CREATE [OR REPLACE] SINK name WITH (…) AS FROM view, or FROM weir.table [WHERE condition].
type CreateSink struct {
	Span
	Name      string
	Replace   bool
	IfMissing bool
	With      With
	View      string
	ViewPos   int
	// Schema stands before a table of Weir's own, whose name View is then; empty for a view.
	Schema string
	Where  Span // the condition; empty if there is none
}

// CreateMacro is CREATE [OR REPLACE] MACRO | FUNCTION name (parameters) AS [TABLE] ….
type CreateMacro struct {
	Span
	Name       string
	Replace    bool
	IfMissing  bool
	Table      bool // it stands after FROM
	Definition Span // from the name on: text that DuckDB parses
}

// With is a list of options: keys in lower case.
type With map[string]Value

// Value is an option's value.
type Value struct {
	Text string
	Pos  int
}

// Kind is View or Alert.
func (s CreateView) Kind() Kind {
	if s.Alert {
		return Alert
	}
	return View
}

// Drop is DROP SOURCE | MATERIALIZED VIEW | SINK | ALERT | MACRO [IF EXISTS] name.
type Drop struct {
	Span
	Kind     Kind
	Name     string
	IfExists bool
	NamePos  int
}

// Kind is a kind of object, as it is written.
type Kind string

// The kinds of object.
const (
	Source Kind = "SOURCE"
	View   Kind = "MATERIALIZED VIEW"
	Sink   Kind = "SINK"
	Macro  Kind = "MACRO"
	Alert  Kind = "ALERT"
	// Pause is the kind of what says that an object is paused. It is no object of its own.
	Pause Kind = "PAUSE"
	// Remark is the kind of a comment on a view or on its column, which is no object of its own either.
	Remark Kind = "COMMENT"
	// Silence is the kind of what says that an alert sends nothing for a while; nor is it one.
	Silence Kind = "SILENCE"
)

// Show is SHOW SOURCES | VIEWS | QUERIES | SINKS | ALERTS | MACROS.
type Show struct {
	Span
	What string // in upper case
}

// Describe is DESCRIBE name.
type Describe struct {
	Span
	Name string
}

// Explain is EXPLAIN name, EXPLAIN SELECT … or EXPLAIN CREATE MATERIALIZED VIEW ….
type Explain struct {
	Span
	Name string      // of a view or an alert, or empty
	View *CreateView // what to explain if Name is empty; a bare SELECT has no name
}
