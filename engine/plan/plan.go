// Package plan is what a continuous query compiles to: a tree of typed nodes, each reading the columns of its input by position.
// The sql package makes it from DuckDB's bound logical plan, the operators package makes operators from it, EXPLAIN prints it,
// and the catalog stores it as JSON.
//
//	project  window_start, window_end, auction, bids, top        Project
//	  aggregate by window_start, auction: count(*), max(price)   Aggregate
//	    project  auction, price, tumble(date_time, 10 s)         Project
//	      filter price > 100                                     Filter
//	        scan bid: auction, price, date_time                  Scan
//
// To add a node: declare it with its Columns and Describe, name it in restoreNode (stored.go), translate it in sql/planner, build it
// in operators.
package plan

import (
	"strings"

	"github.com/weirdb/weir/engine/types"
)

// Node is one step of a plan. Its output is a batch with the given columns.
type Node interface {
	// Columns are the output's names and types. Names need not be unique.
	Columns() []types.Field
	// Inputs are the nodes that this one reads, none for a scan.
	Inputs() []Node
	// Describe prints the node alone, on one line.
	Describe() string
}

// Scan reads columns of a source, or of a plain table of the result database.
type Scan struct {
	Source string `json:"source"` // or the table
	// Table says that a plain table is read: its rows may be taken back, and it has no watermark and holds none back.
	Table bool          `json:"table,omitempty"`
	Read  []types.Field `json:"read"` // top-level columns of the source, in the order in which this scan gives them
	// EventTime is the position in Read of the source's WATERMARK column, or -1 where the source declares none.
	EventTime int `json:"event_time"`
	// Unique says that some events are left out; nil if none are.
	Unique *UniqueKey `json:"unique,omitempty"`
}

// Filter keeps the rows for which every predicate is true.
type Filter struct {
	From       Node    `json:"-"`
	Predicates []*Expr `json:"predicates"`
}

// Project computes one column for each expression.
type Project struct {
	From  Node     `json:"-"`
	Exprs []*Expr  `json:"exprs"`
	Names []string `json:"names"`
}

// Aggregate computes aggregates for each group. Its output is the groups' columns, then the aggregates'.
type Aggregate struct {
	From   Node            `json:"-"`
	Groups []*Expr         `json:"groups"`
	Names  []string        `json:"names"` // of the groups
	Calls  []AggregateCall `json:"calls"`
	// Window tells when a group is complete; nil where groups never are.
	Window *WindowKey `json:"window,omitempty"`
	// EventTime is the position in the input of the event time that Window is computed from, for late rows; -1 if the input
	// does not have it.
	EventTime int `json:"event_time"`
	// Changes asks for every change of a group's row at each commit, instead of one row when the group's window closes.
	Changes bool `json:"changes"`
	// Retracts says that the input takes rows back. Only with Changes, and calls whose kernels can do that.
	Retracts bool `json:"retracts,omitempty"`
}

// AggregateCall is one aggregate function call. All its expressions are over the input of the aggregate.
type AggregateCall struct {
	Name     string     `json:"name"` // DuckDB's: count_star, count, sum, avg, min, …
	Args     []*Expr    `json:"args,omitempty"`
	Distinct bool       `json:"distinct,omitempty"`
	Orders   []Order    `json:"orders,omitempty"` // ORDER BY inside the parentheses
	Filter   *Expr      `json:"filter,omitempty"`
	Type     types.Type `json:"type"` // of the result
	Pos      int        `json:"-"`
}

// Columns implements Node.
func (n *Scan) Columns() []types.Field { return n.Read }

// Columns implements Node.
func (n *Filter) Columns() []types.Field { return n.From.Columns() }

// Columns implements Node.
func (n *Project) Columns() []types.Field {
	out := make([]types.Field, len(n.Exprs))
	for i, e := range n.Exprs {
		out[i] = types.Field{Name: n.Names[i], Type: e.Type}
	}
	return out
}

// Columns implements Node.
func (n *Aggregate) Columns() []types.Field {
	out := make([]types.Field, 0, len(n.Groups)+len(n.Calls))
	for i, g := range n.Groups {
		out = append(out, types.Field{Name: n.Names[i], Type: g.Type})
	}
	for i := range n.Calls {
		out = append(out, types.Field{Name: n.Calls[i].String(), Type: n.Calls[i].Type})
	}
	return out
}

// Inputs implements Node.
func (n *Scan) Inputs() []Node { return nil }

// Inputs implements Node.
func (n *Filter) Inputs() []Node { return []Node{n.From} }

// Inputs implements Node.
func (n *Project) Inputs() []Node { return []Node{n.From} }

// Inputs implements Node.
func (n *Aggregate) Inputs() []Node { return []Node{n.From} }

// Describe implements Node.
func (n *Scan) Describe() string {
	names := make([]string, len(n.Read))
	for i, f := range n.Read {
		names[i] = f.Name
	}
	what := "scan "
	if n.Table {
		what = "table "
	}
	text := what + n.Source + ": " + strings.Join(names, ", ")
	if n.Unique != nil {
		text += "; " + n.Unique.String()
	}
	return text
}

// Describe implements Node.
func (n *Filter) Describe() string { return "filter " + joinExprs(n.Predicates, " AND ") }

// Describe implements Node.
func (n *Project) Describe() string {
	parts := make([]string, len(n.Exprs))
	for i, e := range n.Exprs {
		parts[i] = e.String()
		if name := readable.name(n.Names[i]); name != parts[i] {
			parts[i] += " AS " + name
		}
	}
	return "project " + strings.Join(parts, ", ")
}

// Describe implements Node.
func (n *Aggregate) Describe() string {
	calls := make([]string, len(n.Calls))
	for i := range n.Calls {
		calls[i] = n.Calls[i].String()
	}
	text := "aggregate " + strings.Join(calls, ", ")
	if len(n.Groups) > 0 {
		text += " by " + joinExprs(n.Groups, ", ")
	}
	if n.Window != nil {
		text += n.Window.closing(" " + readable.name(n.Names[n.Window.Group]))
	}
	if n.Changes {
		text += ", emits changes"
	}
	return text
}

func joinExprs(exprs []*Expr, sep string) string {
	parts := make([]string, len(exprs))
	for i, e := range exprs {
		parts[i] = e.String()
	}
	return strings.Join(parts, sep)
}
