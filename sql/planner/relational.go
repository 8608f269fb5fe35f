package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirdb/weir/engine/plan"
)

// byPosition names the columns of the one table of a Relational.
func byPosition(e *plan.Expr) string { return fmt.Sprintf("c%d", e.Index) }

// ofSides names the columns of two tables l and r; those of r count on behind those of l.
func ofSides(left int) func(*plan.Expr) string {
	return func(e *plan.Expr) string {
		if e.Index < left {
			return fmt.Sprintf("l.c%d", e.Index)
		}
		return fmt.Sprintf("r.c%d", e.Index-left)
	}
}

// columnsSQL lists columns 0 to n-1 with a prefix.
func columnsSQL(prefix string, n int) string { return strings.Join(columnList(prefix, n), ", ") }

func columnList(prefix string, n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("%sc%d", prefix, i)
	}
	return names
}

// identity is 0 to n-1.
func identity(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// passedThen is identity, and -1 for more columns.
func passedThen(n, more int) []int {
	out := identity(n)
	for range more {
		out = append(out, -1)
	}
	return out
}

// eventTimeColumn is the first column that is an event time; -1 if there is none.
func eventTimeColumn(n plan.Node) int {
	for i, o := range originsOf(n) {
		if o.Name == eventTime {
			return i
		}
	}
	return -1
}

func eventTimeColumns(nodes []plan.Node) []int {
	out := make([]int, len(nodes))
	for i, n := range nodes {
		out[i] = eventTimeColumn(n)
	}
	return out
}

// closingKey is the one of the key columns that grows with event time; nil if none does.
func closingKey(n plan.Node, keys []int) *plan.WindowKey {
	columns := n.Columns()
	groups := make([]*plan.Expr, len(keys))
	for i, k := range keys {
		groups[i] = plan.Col(k, columns[k].Name, columns[k].Type)
	}
	return findWindow(groups, originsOf(n))
}

// selectWithKeys lists columns of the answer, and behind them, hidden, those of the key that are not among them. passed says which
// column of the input each of the answer's is, -1 for a computed one; named prints an input column.
func selectWithKeys(columns []string, passed, keys []int, named func(column int) string) (list string, keyOut []int) {
	keyOut = make([]int, len(keys))
	for i, k := range keys {
		keyOut[i] = slices.Index(passed, k)
		if keyOut[i] < 0 {
			keyOut[i] = len(columns)
			columns = append(columns, named(k))
		}
	}
	return strings.Join(columns, ", "), keyOut
}

func columnAt(k int) string { return fmt.Sprintf("c%d", k) }

// relational settles when the answer comes: once a key has closed, or at each commit.
func (b *builder) relational(n *plan.Relational, window *plan.WindowKey, open *neverCloses) (plan.Node, error) {
	n.Window, n.EventTime, n.Changes = b.correctable(window), eventTimeColumns(n.From), b.emitsChanges()
	if b.final && window == nil {
		return nil, open
	}
	if window != nil && len(n.From) == 1 && n.EventTime[0] < 0 { // of a join, the sides' columns are counted already
		n.EventTime[0] = keepEventTime(n.From[0])
	}
	return n, nil
}

// columnsAnd adds expressions to a node's columns, where they are not columns already. It returns the node and where each is.
func columnsAnd(from plan.Node, exprs []*plan.Expr) (plan.Node, []int) {
	input := from.Columns()
	all, names := make([]*plan.Expr, len(input)), make([]string, len(input))
	for i, c := range input {
		all[i], names[i] = plan.Col(i, c.Name, c.Type), c.Name
	}
	at := make([]int, len(exprs))
	for i, e := range exprs {
		at[i] = -1
		for k, x := range all {
			if x.Equal(e) {
				at[i] = k
			}
		}
		if at[i] < 0 {
			at[i] = len(all)
			all, names = append(all, e), append(names, nameOf(e))
		}
	}
	if len(all) == len(input) {
		return from, at
	}
	return projectOver(from, all, names), at
}

// firstColumns drops all columns but the first n.
func firstColumns(from plan.Node, n int) plan.Node {
	if len(from.Columns()) == n {
		return from
	}
	return kept(from, identity(n))
}
