package plan

import (
	"strings"

	"github.com/weirdb/weir/engine/types"
)

// Relational computes a table from whole tables, in DuckDB: what has no operator of its own. Rows of different keys must have
// nothing to do with each other, so that the answer can be computed a key at a time:
//
//	answer over all rows  =  union of the answers over the rows of each key
type Relational struct {
	From []Node `json:"-"`
	// What it is, as a user would call it, for EXPLAIN: "row_number() OVER (PARTITION BY auction ORDER BY price)".
	What string `json:"what"`
	// SQL is a SELECT over tables in0, in1, … that have the inputs' columns as c0, c1, …
	SQL string `json:"sql"`
	// Keys are, for each input, the columns of the key; equally many, of equal types, in each. Empty if all rows hang together. A
	// node without inputs, for constants, has one empty key.
	Keys [][]int `json:"keys"`
	// KeyOut are the answer's columns that hold the key of the row, one for each column of the key. Those from len(Fields) on the
	// SELECT adds behind Fields for this purpose only. Where changes are asked for, they let many keys be computed at a time; nil
	// has each key computed by itself.
	KeyOut []int         `json:"key_out,omitempty"`
	Fields []types.Field `json:"fields"` // of the output
	// Window is the key that grows with event time: Group is its position within each of Keys. Nil if no key ever closes.
	Window *WindowKey `json:"window,omitempty"`
	// EventTime is, for each input, the event time's column, for late rows; -1 if the input does not have it.
	EventTime []int `json:"event_time"`
	// Always asks for the answer over no rows at all, as an aggregate without GROUP BY has one. Only without keys.
	Always bool `json:"always,omitempty"`
	// Changes asks for every change at each commit, instead of rows once their key has closed.
	Changes bool `json:"changes"`
	// Passed says, for each column of the output, which column of the first input it passes on; -1 if it is computed.
	Passed []int `json:"passed"`
}

// Columns implements Node.
func (n *Relational) Columns() []types.Field { return n.Fields }

// Inputs implements Node.
func (n *Relational) Inputs() []Node { return n.From }

// Describe implements Node.
func (n *Relational) Describe() string {
	text := n.What
	if len(n.Keys) > 0 && len(n.Keys[0]) > 0 {
		columns := n.From[0].Columns()
		names := make([]string, len(n.Keys[0]))
		for i, c := range n.Keys[0] {
			names[i] = readable.name(columns[c].Name)
		}
		text += ", separately for each " + strings.Join(names, ", ")
	}
	if n.Window != nil {
		text += n.Window.closing("")
	}
	return text + " (in DuckDB)" + changesNote(n.Changes)
}
