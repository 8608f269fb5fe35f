// Package bench is what every benchmark of Weir shares: its declaration, the report that it ends in, and the facts about the
// machine and the settings that the report states.
//
// A benchmark checks its answer as well as its time: one whose answer is wrong returns an error, never a report.
package bench

import (
	"context"
	"io"

	"github.com/weirdb/weir/engine"
)

// Benchmark is one command of `weir bench`.
type Benchmark struct {
	Name    string // of the command
	Doc     string // what it measures and how the answer is checked; the first sentence stands in lists
	Example string // command lines
	Options []engine.Option
	// Argument is the option that may stand behind the command's name without its own, such as a folder; empty if there is none.
	Argument string
	// Run measures. It writes its progress to log. An error means that something could not be run or that an answer was wrong.
	Run func(ctx context.Context, o engine.Options, log io.Writer) (*Report, error)
}

// Report is the outcome of a benchmark: one table, and what one has to know to compare it with another.
type Report struct {
	Benchmark string   `json:"benchmark"`
	Facts     []Fact   `json:"facts"`   // machine, versions, commit, durability, checkpoints
	Columns   []Column `json:"columns"` // of Rows
	Rows      [][]any  `json:"rows"`    // string, int64, float64, or nil where there is no value
	Notes     []string `json:"notes"`   // how figures were taken, how answers were checked, what is left out and why
}

// Fact is one line of a report's head.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Column says what a figure is.
type Column struct {
	Name   string `json:"name"`
	Unit   string `json:"unit,omitempty"`   // ns/event, events/s, MB, …
	Digits int    `json:"digits,omitempty"` // behind the point, in the table
}
