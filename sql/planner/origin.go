package planner

import (
	"fmt"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// opaque names an expression that has no meaning in terms of event times, such as an aggregate's result.
const opaque = "weir_opaque"

// eventTime names the event time of a scan's rows in origins. Its argument tells scans apart: the rows that a join puts together
// have an event time each.
const eventTime = "weir_event_time"

func unknown(t types.Type) *plan.Expr { return plan.Fn(opaque, t) }

// clock is the event time of the rows that come out of n.
func clock(n plan.Node, t types.Type) *plan.Expr {
	return plan.Fn(eventTime, t, plan.Lit(plan.Value{Text: fmt.Sprintf("%p", n)}, types.Of(types.Varchar)))
}

// originsOf expresses each column of a node by event times, and by the columns of scans. What is computed from more than one row
// is opaque.
//
// An expression over an event time holds what the watermark promises: after watermark wm no row comes out of the node whose event
// time is earlier. A node that changes rows of any age keeps no such promise:
//
//	lead(ts) OVER (PARTITION BY k ORDER BY ts), as changes     a new row of k ─► the row before it, however old, is written anew
func originsOf(n plan.Node) []*plan.Expr {
	out := ownOrigins(n)
	if key := heldUntil(n); key != nil {
		return held(out, key)
	}
	if changesAnyRow(n) {
		for i, o := range out {
			out[i] = withoutTime(o)
		}
	}
	return out
}

// heldUntil is the window that a node waits for the end of, by event times; nil if it waits for none.
func heldUntil(n plan.Node) *plan.Expr {
	switch n := n.(type) {
	case *plan.Aggregate:
		if n.Window != nil {
			return n.Groups[n.Window.Group].Bind(originsOf(n.From))
		}
	case *plan.Relational:
		if n.Window != nil {
			return originsOf(n.From[0])[n.Keys[0][n.Window.Group]]
		}
	}
	return nil
}

// changesAnyRow reports whether a node takes back rows of windows that the watermark has passed.
func changesAnyRow(n plan.Node) bool {
	switch n := n.(type) {
	case *plan.Aggregate:
		return n.Changes && n.Window == nil
	case *plan.Relational:
		return n.Changes && n.Window == nil
	case *plan.Join:
		return n.Changes
	case *plan.TopN, *plan.Expire: // a row may lose its place, or its time come, whenever
		return true
	}
	return false
}

func ownOrigins(n plan.Node) []*plan.Expr {
	switch n := n.(type) {
	case *plan.Scan:
		return scanOrigins(n)
	case *plan.Filter:
		return originsOf(n.From)
	case *plan.Project:
		return bindAll(n.Exprs, originsOf(n.From))
	case *plan.Expire:
		return originsOf(n.From)
	case *plan.Expand:
		return expandOrigins(n)
	case *plan.Aggregate:
		return withUnknown(bindAll(n.Groups, originsOf(n.From)), n)
	case *plan.Over:
		return withUnknown(originsOf(n.From), n)
	case *plan.Join:
		return joinOrigins(n)
	case *plan.TopN:
		return withUnknown(originsOf(n.From), n)
	case *plan.Relational:
		return relationalOrigins(n)
	case *plan.Session:
		out := withUnknown(nil, n)
		end := len(out) - 1
		out[end] = clock(n, out[end].Type) // a session comes out when the watermark passes its end, however old its events are
		return out
	case *plan.Asof:
		return withUnknown(originsOf(n.Left), n)
	case *plan.Union:
		return unionOrigins(n)
	}
	return withUnknown(nil, n)
}

// withUnknown fills up what the node's columns have beyond known.
func withUnknown(known []*plan.Expr, n plan.Node) []*plan.Expr {
	out := known[:len(known):len(known)]
	for _, c := range n.Columns()[len(known):] {
		out = append(out, unknown(c.Type))
	}
	return out
}

func scanOrigins(n *plan.Scan) []*plan.Expr {
	out := make([]*plan.Expr, len(n.Read))
	for i, c := range n.Read {
		out[i] = plan.Fn(scanColumn, c.Type, plan.Lit(plan.Value{Text: fmt.Sprintf("%p.%d", n, i)}, types.Of(types.Varchar)))
		if i == n.EventTime {
			out[i] = clock(n, c.Type)
		}
	}
	return out
}

// scanColumn names another column of a scan in origins.
const scanColumn = "weir_column"

// expandOrigins gives the windows of hop and cumulate, of which a row has several, as expressions of their own.
func expandOrigins(n *plan.Expand) []*plan.Expr {
	from := originsOf(n.From)
	out := from[:len(from):len(from)]
	for i, l := range bindAll(n.Lists, from) {
		element := l.Type.Fields[0].Type
		if !plan.IsWindowList(l.Name) {
			out = append(out, unknown(element))
			continue
		}
		args := append(l.Args[:len(l.Args):len(l.Args)], plan.Lit(plan.Value{Text: fmt.Sprintf("%p.%d", n, i)}, types.Of(types.Varchar)))
		out = append(out, plan.Fn(l.Name, element, args...))
	}
	return out
}

// joinOrigins are those of both sides; what an outer join may leave NULL is nothing to go by.
func joinOrigins(n *plan.Join) []*plan.Expr {
	left := originsOf(n.Left)
	if n.Kind == plan.RightJoin || n.Kind == plan.FullJoin {
		left = withUnknown(nil, n.Left)
	}
	switch n.Kind {
	case plan.SemiJoin, plan.AntiJoin:
		return left
	case plan.LeftJoin, plan.FullJoin:
		return withUnknown(left, n)
	}
	return append(left[:len(left):len(left)], originsOf(n.Right)...)
}

func relationalOrigins(n *plan.Relational) []*plan.Expr {
	out := withUnknown(nil, n)
	if len(n.From) == 0 {
		return out
	}
	from := originsOf(n.From[0])
	for i, p := range n.Passed {
		if p >= 0 {
			out[i] = from[p]
		}
	}
	return out
}

// unionOrigins keeps what is the same function of event time in all inputs, as a function of the union's own event time.
func unionOrigins(n *plan.Union) []*plan.Expr {
	var out []*plan.Expr
	for k, from := range n.From {
		for i, o := range originsOf(from) {
			o = o.Rewrite(func(e *plan.Expr) *plan.Expr {
				if e.Name == eventTime {
					return clock(n, e.Type)
				}
				return e
			})
			switch {
			case k == 0:
				out = append(out, o)
			case !out[i].Equal(o):
				out[i] = unknown(o.Type)
			}
		}
	}
	return out
}

func bindAll(exprs, columns []*plan.Expr) []*plan.Expr {
	out := make([]*plan.Expr, len(exprs))
	for i, e := range exprs {
		out[i] = e.Bind(columns)
	}
	return out
}
