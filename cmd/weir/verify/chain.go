package verify

import (
	"fmt"
	"strings"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// A chain is a plan without a fork: nodes over one scan. The part of it below the lowest node in which rows meet says, for each event, whether
// it counts and with which values. As SQL over the source's events, with their positions:
//
//	project  window_start, n             │
//	  aggregate count(*) by window, k    ├─ lowest aggregate
//	    project tumble(ts), k            │   c0, c1       ┐
//	      filter v > 1                   │                ├─ the input, as SQL
//	        scan s: ts, k, v             │   c0, c1, c2   ┘
type chain struct {
	scan   *plan.Scan
	lowest *plan.Aggregate // nil if there is none, or if rows meet below it, as in OVER
	input  plan.Node       // below the lowest node in which rows meet; the root if there is none
}

// chainOf finds the chain of a plan; nil if the plan is none.
func chainOf(root plan.Node) *chain {
	c := &chain{input: root}
	for n := root; ; n = n.Inputs()[0] {
		if scan, ok := n.(*plan.Scan); ok {
			c.scan = scan
			return c
		}
		if len(n.Inputs()) != 1 {
			return nil
		}
		switch n := n.(type) {
		case *plan.Aggregate:
			c.lowest, c.input = n, n.From
		case *plan.Over, *plan.Relational:
			c.lowest, c.input = nil, n.Inputs()[0]
		case *plan.Filter, *plan.Project, *plan.Expand:
		default:
			return nil
		}
	}
}

// windowColumn is, behind an event's position, which of its windows a row is for, where it has several; NULL where it has not.
const windowColumn = "weir window"

// inputSQL is a SELECT of the lowest aggregate's input, c0, c1, …, with each event's position, and its window. From is a table of the source's
// events.
func (c *chain) inputSQL(from string) string { return nodeSQL(c.input, from) }

func nodeSQL(n plan.Node, from string) string {
	place := quoted([]string{partitionColumn, offsetColumn, windowColumn})
	switch n := n.(type) {
	case *plan.Scan:
		at := quoted([]string{partitionColumn, offsetColumn}) + ", NULL::VARCHAR AS " + types.QuoteIdent(windowColumn)
		return fmt.Sprintf("SELECT %s%s FROM %s", at, numbered(len(n.Read), func(i int) string {
			return fmt.Sprintf("CAST(%s AS %s)", types.QuoteIdent(n.Read[i].Name), n.Read[i].Type)
		}), from)
	case *plan.Filter:
		return fmt.Sprintf("SELECT * FROM (%s) WHERE %s", nodeSQL(n.From, from), joined(n.Predicates, " AND "))
	case *plan.Project:
		return fmt.Sprintf("SELECT %s%s FROM (%s)", place, numbered(len(n.Exprs), func(i int) string { return exprSQL(n.Exprs[i]) }), nodeSQL(n.From, from))
	case *plan.Expand:
		return expandSQL(n, from)
	}
	return ""
}

// expandSQL adds the elements of lists. Those that list the windows of a time tell the row's.
func expandSQL(n *plan.Expand, from string) string {
	columns, window := "", ""
	for i, l := range n.Lists {
		at := len(n.From.Columns()) + i
		columns += fmt.Sprintf(", unnest(%s) AS c%d", exprSQL(l), at)
		if plan.IsWindowList(l.Name) {
			window = fmt.Sprintf(" REPLACE (c%d::VARCHAR AS %s)", at, types.QuoteIdent(windowColumn))
		}
	}
	return fmt.Sprintf("SELECT *%s FROM (SELECT *%s FROM (%s))", window, columns, nodeSQL(n.From, from))
}

// numbered lists n expressions, as c0, c1, ….
func numbered(n int, expr func(i int) string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ", %s AS c%d", expr(i), i)
	}
	return b.String()
}

func joined(exprs []*plan.Expr, by string) string {
	texts := make([]string, len(exprs))
	for i, e := range exprs {
		texts[i] = "(" + exprSQL(e) + ")"
	}
	return strings.Join(texts, by)
}

// exprSQL prints an expression over c0, c1, …. The planner's marker of a tumbling window is a macro of this name.
func exprSQL(e *plan.Expr) string {
	text := e.SQL(func(x *plan.Expr) string { return fmt.Sprintf("c%d", x.Index) })
	return strings.ReplaceAll(text, `"weir_tumble"(`, `weir_verify.weir_tumble(`)
}

// source follows a column of a node down to the chain's input. It returns -1 for one that is computed on the way.
func (c *chain) source(n plan.Node, column int) int { return follow(n, column, c.input) }

// follow follows a column of a node down to another node below it, or to itself. It returns -1 for one that is computed on the way.
func follow(n plan.Node, column int, to plan.Node) int {
	for n != to {
		if column = passed(n, column); column < 0 {
			return -1
		}
		n = n.Inputs()[0]
	}
	return column
}

// passed is the column of a node's input that a column of it is; -1 if it is none.
func passed(n plan.Node, column int) int {
	switch n := n.(type) {
	case *plan.Filter:
		return column
	case *plan.Expand, *plan.Over: // which add columns
		if column < len(n.Inputs()[0].Columns()) {
			return column
		}
	case *plan.Project:
		if e := n.Exprs[column]; e.Kind == plan.Column {
			return e.Index
		}
	case *plan.Aggregate:
		if column < len(n.Groups) && n.Groups[column].Kind == plan.Column {
			return n.Groups[column].Index
		}
	case *plan.Relational:
		return n.Passed[column]
	}
	return -1
}
