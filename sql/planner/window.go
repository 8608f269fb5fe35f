package planner

import (
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

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

// agingColumn finds the column of a view by which its rows are old: no row of earlier event times comes, or is taken back, behind the
// watermark.
func agingColumn(n plan.Node) *plan.WindowKey {
	columns := n.Columns()
	exprs := make([]*plan.Expr, len(columns))
	for i, c := range columns {
		exprs[i] = plan.Col(i, c.Name, c.Type)
	}
	return findWindow(exprs, originsOf(n))
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
	case of.Name == plan.TumbleStart:
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
	plan.TumbleStart: 0, "time_bucket": 1, "date_trunc": 1,
	"year": 0, "epoch_ms": 0, "epoch_us": 0, "epoch_ns": 0,
}

// grows returns e as an expression over one column, the event time, if it never falls when event time grows; else nil.
func grows(e *plan.Expr) *plan.Expr {
	switch {
	case e.Kind == plan.Call && e.Name == eventTime:
		return plan.Col(0, "event_time", e.Type)
	case e.Kind == plan.Call && plan.IsWindowList(e.Name):
		return firstOpen(e)
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

// firstOpen is the earliest of the windows that an event is in, of several: the one that closes next.
//
//	hop            the first start behind ts - size:                      time_bucket(slide, ts - size) + slide
//	hop, unfiltered  the same, where ts is the start of the slide it is in  time_bucket(slide, time_bucket(slide, ts) - size) + slide
//	cumulate       the first end behind ts:                               time_bucket(step, ts) + step
func firstOpen(e *plan.Expr) *plan.Expr {
	ts := grows(e.Args[0])
	if ts == nil {
		return nil
	}
	step, t := e.Args[1], e.Type
	if e.Name == plan.HopRange {
		ts = plan.Fn("time_bucket", t, step, ts)
	}
	if e.Name != plan.CumulateEnds {
		ts = plan.Fn("-", t, ts, e.Args[2])
	}
	return plan.Fn("+", t, plan.Fn("time_bucket", t, step, ts), step)
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
