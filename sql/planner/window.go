package planner

import (
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// opaque names an expression that has no meaning in terms of the source's columns, such as an aggregate's result.
const opaque = "weir_opaque"

// eventTime names the source's event-time column in origins.
const eventTime = "weir_event_time"

// originsOf expresses each column of a node by the source's columns. The event time is a call of eventTime; what an aggregate
// computes is opaque.
func originsOf(n plan.Node) []*plan.Expr {
	switch n := n.(type) {
	case *plan.Scan:
		return scanOrigins(n)
	case *plan.Filter:
		return originsOf(n.From)
	case *plan.Project:
		return bindAll(n.Exprs, originsOf(n.From))
	case *plan.Aggregate:
		out := bindAll(n.Groups, originsOf(n.From))
		for _, c := range n.Calls {
			out = append(out, plan.Fn(opaque, c.Type))
		}
		return out
	}
	return nil
}

func scanOrigins(n *plan.Scan) []*plan.Expr {
	out := make([]*plan.Expr, len(n.Read))
	for i, c := range n.Read {
		out[i] = plan.Col(i, c.Name, c.Type)
		if i == n.EventTime {
			out[i] = plan.Fn(eventTime, c.Type)
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

// findWindow looks for a group that grows with event time. Of several it takes the one that closes soonest: the event time
// itself, then a tumbling window, then other buckets.
func findWindow(groups, origins []*plan.Expr) *plan.WindowKey {
	best, bestRank := (*plan.WindowKey)(nil), 0
	for i, g := range groups {
		of := grows(g.Bind(origins))
		if of == nil || !closable(g.Type) {
			continue
		}
		if r := rank(of); best == nil || r < bestRank {
			best, bestRank = &plan.WindowKey{Group: i, Of: of}, r
		}
	}
	return best
}

// closable are the types whose values compare as integers.
func closable(t types.Type) bool {
	switch t.ID {
	case types.Timestamp, types.TimestampTZ, types.Date, types.BigInt, types.Integer:
		return true
	}
	return false
}

// rank orders keys by how soon they close, and by how much else follows from them: a window's end follows from its start.
func rank(of *plan.Expr) int {
	switch {
	case of.Kind == plan.Column:
		return 0
	case of.Name == markTumble:
		return 1
	case of.Name == "time_bucket":
		return 2
	case of.Name == "date_trunc":
		return 3
	}
	return 4
}

// growing are functions that never fall when the argument at the given position grows, all others constant.
var growing = map[string]int{
	markTumble: 0, "time_bucket": 1, "date_trunc": 1,
	"year": 0, "epoch_ms": 0, "epoch_us": 0, "epoch_ns": 0,
}

// grows returns e as an expression over one column, the event time, if it never falls when event time grows; else nil.
func grows(e *plan.Expr) *plan.Expr {
	switch {
	case e.Kind == plan.Call && e.Name == eventTime:
		return plan.Col(0, "event_time", e.Type)
	case e.Kind == plan.Cast && growingCast(e.Args[0].Type, e.Type):
		return growsAt(e, 0)
	case e.Kind != plan.Call:
		return nil
	case e.Name == "+" && len(e.Args) == 2 && isInterval(e.Args[0]):
		return growsAt(e, 1)
	case (e.Name == "+" || e.Name == "-") && len(e.Args) == 2 && isInterval(e.Args[1]):
		return growsAt(e, 0)
	}
	at, ok := growing[e.Name]
	if !ok || hasTimeZone(e) {
		return nil
	}
	return growsAt(e, at)
}

// growsAt wants the argument at a position to grow and all others to be constants.
func growsAt(e *plan.Expr, at int) *plan.Expr {
	out := *e
	out.Args = make([]*plan.Expr, len(e.Args))
	for i, a := range e.Args {
		switch {
		case i == at:
			if out.Args[i] = grows(a); out.Args[i] == nil {
				return nil
			}
		case a.IsConstant():
			out.Args[i] = a
		default:
			return nil
		}
	}
	return &out
}

func isInterval(e *plan.Expr) bool { return e.IsConstant() && e.Type.ID == types.Interval }

// hasTimeZone finds time_bucket(…, 'Europe/Berlin'): local time falls back once a year.
func hasTimeZone(e *plan.Expr) bool {
	return e.Name == "time_bucket" && len(e.Args) > 2 && e.Args[len(e.Args)-1].Type.ID == types.Varchar
}

// growingCast are casts that keep the order of times. Weir's time zone is UTC, where local time never falls back.
func growingCast(from, to types.Type) bool {
	moments := map[types.ID]bool{types.Timestamp: true, types.TimestampTZ: true, types.Date: true}
	return moments[from.ID] && moments[to.ID]
}
