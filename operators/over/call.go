package over

import (
	"errors"
	"math"
	"slices"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// calls are a node's calls, by the way in which they are computed.
type calls struct {
	running  []*runningCall
	detected []*detectedCall
	found    []*foundCall
	asked    asked         // by DuckDB
	kept     []remembering // what the running and the detected ones keep, in the order of the node
	reach    reach         // of all
}

func newCalls(c *Config) (calls, error) {
	out := calls{reach: reach{interval: -1}}
	for i := range c.Node.Calls {
		call := &c.Node.Calls[i]
		if call.Detector != nil {
			d, err := newDetectedCall(i, call, c.Input)
			if err != nil {
				return out, err
			}
			out.detected, out.kept = append(out.detected, d), append(out.kept, d)
			continue
		}
		if r := newRunningCall(i, call, c.Node.Time); r != nil {
			out.running, out.kept = append(out.running, r), append(out.kept, r.state)
			continue
		}
		if f, r := newFoundCall(i, call); f != nil {
			out.found = append(out.found, f)
			out.reach = out.reach.join(r)
			continue
		}
		out.asked.calls = append(out.asked.calls, i)
		out.reach = out.reach.join(reachOf(call))
	}
	if len(out.asked.calls) > 0 && c.Tables == nil {
		return out, errors.New("over: Tables is needed for " + c.Node.Calls[out.asked.calls[0]].String())
	}
	out.asked.prepare(c)
	return out, nil
}

// onlyTime reports whether the event time is all that a call orders by: then the order of final rows is the call's.
func onlyTime(c *plan.OverCall) bool { return len(c.Orders) == 1 && len(c.ArgOrders) == 0 }

// reachOf is how far a call looks back that DuckDB computes.
func reachOf(c *plan.OverCall) reach {
	n, constant := offset(c.Start.Offset)
	switch {
	case c.Name == "lag" && !c.IgnoreNulls && onlyTime(c):
		if k, ok := lagOffset(c); ok {
			return reach{rows: k, interval: -1}
		}
	case c.IgnoreNulls && c.Name != "lag" || c.Start.Kind != plan.Preceding && c.Start.Kind != plan.CurrentRow || !framed(c.Name):
	case c.Start.Kind == plan.CurrentRow && c.Unit == plan.FrameRows:
		return reach{interval: -1}
	case c.Start.Kind == plan.CurrentRow:
		return reach{interval: 0}
	case c.Unit == plan.FrameRows && constant && onlyTime(c):
		return reach{rows: int(n), interval: -1}
	case c.Unit == plan.FrameRange && constant:
		return reach{interval: n}
	}
	return reach{interval: -1, all: true}
}

// framed reports whether a function looks at its frame alone.
func framed(name string) bool {
	return !slices.Contains([]string{"row_number", "rank", "dense_rank", "rank_dense", "lag"}, name)
}

// offset is a constant bound: rows, or microseconds, rounded up where months or days differ in length.
func offset(e *plan.Expr) (int64, bool) {
	if e == nil || !e.IsConstant() || e.Value.Null {
		return 0, false
	}
	if e.Type.ID == types.Interval {
		const day = 24 * 3600 * 1_000_000
		i := e.Value.Interval
		n := i.Micros + int64(i.Days)*day + int64(i.Months)*31*day
		if i.Days != 0 || i.Months != 0 {
			n += day // a change of the clocks
		}
		return n, n >= 0
	}
	return e.Value.Int, e.Type.Integral() && e.Type.ID != types.UBigInt && e.Value.Int >= 0 && e.Value.Int < math.MaxInt32
}

// lagOffset is how many rows a lag looks back, if it is a constant and not ahead.
func lagOffset(c *plan.OverCall) (int, bool) {
	if len(c.Args) < 2 {
		return 1, true
	}
	n, ok := offset(c.Args[1])
	return int(n), ok
}
