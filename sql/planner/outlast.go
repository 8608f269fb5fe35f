package planner

import (
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// held forgets the event times that rows do not keep to, in the origins of a node that holds its rows until their window closes: a
// row comes out when the watermark has long passed its event time.
//
//	origins of the rows of tumble(t, ts, 1 hour), held until the hour is over
//	  window_start                 holds: it is the window
//	  date_trunc('day', ts)        holds: no day ends within an hour
//	  time_bucket('5 minutes', ts), ts     do not: the five minutes are over before the row comes
func held(origins []*plan.Expr, key *plan.Expr) []*plan.Expr {
	out := make([]*plan.Expr, len(origins))
	for i, o := range origins {
		out[i] = o
		if reads(o, eventTime) && derive(o, key) == nil && !outlasts(o, key) {
			out[i] = withoutTime(o)
		}
	}
	return out
}

// withoutTime makes the event times in an expression unknown.
func withoutTime(e *plan.Expr) *plan.Expr {
	return e.Rewrite(func(x *plan.Expr) *plan.Expr {
		if x.Name == eventTime {
			return unknown(x.Type)
		}
		return x
	})
}

func reads(e *plan.Expr, name string) bool {
	if e.Name == name {
		return true
	}
	for _, a := range e.Args {
		if reads(a, name) {
			return true
		}
	}
	return false
}

const day = 24 * 3600 * 1_000_000

// outlasts reports whether a bucket of event time never ends before the window that an event in it is in.
func outlasts(bucket, window *plan.Expr) bool {
	if reads(bucket, plan.CumulateEnds) { // one of several windows, that ends before the last
		return false
	}
	width, _, ok := bucketOf(bucket)
	within, exact, known := bucketOf(window)
	return ok && known && exact && width%within == 0
}

// bucketOf is the width of a bucket, in microseconds, counted from the midnight that time_bucket counts from. If not exact, the
// buckets are wider, but begin where those of that width do, as months begin with a day.
func bucketOf(e *plan.Expr) (micros int64, exact, ok bool) {
	switch {
	case e.Name == plan.CumulateEnds:
		micros, ok = microsOf(e.Args[2])
		return micros, true, ok && micros > 0
	case e.Name == plan.TumbleStart && ofEventTime(e.Args[0]):
		return widthOf(e.Args[1])
	case e.Name == "time_bucket" && len(e.Args) == 2 && ofEventTime(e.Args[1]):
		return widthOf(e.Args[0])
	case e.Name == "date_trunc" && len(e.Args) == 2 && ofEventTime(e.Args[1]):
		return partWidth(e.Args[0])
	case e.Kind == plan.Cast && e.Type.ID == types.Date && ofEventTime(e.Args[0]):
		return day, true, true
	case (e.Name == "+" || e.Name == "-") && len(e.Args) == 2 && isInterval(e.Args[1]):
		return bucketOf(e.Args[0])
	}
	return 0, false, false
}

func ofEventTime(e *plan.Expr) bool { return e.Name == eventTime }

func widthOf(size *plan.Expr) (micros int64, exact, ok bool) {
	if micros, ok = microsOf(size); ok {
		return micros, true, micros > 0
	}
	return day, false, size.IsConstant() && size.Value.Interval != nil
}

var partWidths = map[string]int64{"second": 1_000_000, "minute": 60_000_000, "hour": 3600_000_000, "day": day}

func partWidth(part *plan.Expr) (micros int64, exact, ok bool) {
	if !part.IsConstant() {
		return 0, false, false
	}
	if micros, ok = partWidths[part.Value.Text]; ok {
		return micros, true, true
	}
	switch part.Value.Text {
	case "week", "month", "quarter", "year":
		return day, false, true
	}
	return 0, false, false
}
