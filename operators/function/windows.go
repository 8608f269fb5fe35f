package function

import (
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// The planner's markers of hop() and cumulate(), whose windows are lists. What they mean is in engine/plan/windows.go.
var windowKernels = []Kernel{
	{Names: []string{plan.HopStarts}, Takes: "TIMESTAMP or TIMESTAMP WITH TIME ZONE, two constant INTERVAL without months", Doc: "The planner's marker of hop(): the starts of the windows that a time is in.",
		Example: "FROM hop(bid, ts, INTERVAL '2 seconds', INTERVAL '10 seconds')", bind: bindHop},
	{Names: []string{plan.HopRange}, Takes: "TIMESTAMP or TIMESTAMP WITH TIME ZONE, two constant INTERVAL without months", Doc: "The planner's marker of hop() before its filter: also the starts of windows that end before a time.",
		Example: "FROM hop(bid, ts, INTERVAL '2 seconds', INTERVAL '5 seconds')", bind: bindHop},
	{Names: []string{plan.CumulateEnds}, Takes: "TIMESTAMP or TIMESTAMP WITH TIME ZONE, two constant INTERVAL without months", Doc: "The planner's marker of cumulate(): the ends of the windows that a time is in.",
		Example: "FROM cumulate(bid, ts, INTERVAL '2 seconds', INTERVAL '10 seconds')", bind: bindCumulate},
}

// windows appends those that a time is in. ok is false if DuckDB has to find them.
type windows func(t int64, to []int64) (_ []int64, ok bool)

// bindHop counts starts down from the slide that the time is in. Those whose window ends before the time are HopRange's only:
//
//	slide 2, size 5    ├───┼───┼───┼─t─┤       first = 6: the range is 6, 4, 2, of which 2 < t - 5 goes if t is 7.x
//	                   0   2   4   6   8
func bindHop(e *plan.Expr) (loop, []*plan.Expr) {
	slide, size, ok := windowSizes(e)
	if !ok {
		return nil, nil
	}
	bucket, all := everySpan(slide, originDay), e.Name == plan.HopRange
	return windowLoop(e.Type, func(t int64, to []int64) ([]int64, bool) {
		first, _, ok := bucket(t)
		for s := first; ok && s > first-size; s -= slide {
			if all || t < s+size {
				to = append(to, s)
			}
		}
		return to, ok
	}), e.Args[:1]
}

// bindCumulate counts ends up from the step that the time is in to the end of the window that grows.
func bindCumulate(e *plan.Expr) (loop, []*plan.Expr) {
	step, size, ok := windowSizes(e)
	if !ok {
		return nil, nil
	}
	steps, whole := everySpan(step, originDay), everySpan(size, originDay)
	return windowLoop(e.Type, func(t int64, to []int64) ([]int64, bool) {
		_, next, ok := steps(t)
		_, end, _ := whole(t)
		for ; ok && next < end+step; next += step {
			to = append(to, next)
		}
		return to, ok
	}), e.Args[:1]
}

// windowSizes are the constants of a marker, in microseconds. Months, and days where there is a time zone, are left to DuckDB.
func windowSizes(e *plan.Expr) (step, size int64, ok bool) {
	t := e.Args[0].Type
	if t.ID != types.Timestamp && t.ID != types.TimestampTZ || e.Type.ID != types.List || !e.Type.Element().Equal(t) {
		return 0, 0, false
	}
	step, ok = windowSize(e.Args[1], t.ID == types.TimestampTZ)
	if !ok {
		return 0, 0, false
	}
	size, ok = windowSize(e.Args[2], t.ID == types.TimestampTZ)
	return step, size, ok
}

func windowSize(e *plan.Expr, zoned bool) (int64, bool) {
	if !e.IsConstant() || e.Value.Null || e.Value.Interval == nil {
		return 0, false
	}
	i := e.Value.Interval
	if i.Months != 0 || zoned && i.Days != 0 || !small(int64(i.Days), farDays) || !small(i.Micros, farDays*day) {
		return 0, false
	}
	span := int64(i.Days)*day + i.Micros
	return span, span > 0
}

// windowLoop makes a list of each time's windows. Times mostly come in order, and many have the windows of the one before; what
// these are is not remembered, as it depends on more than a span.
func windowLoop(list types.Type, find windows) loop {
	return func(f *frame, in []arrow.Array) (arrow.Array, error) {
		found := make([]int64, 0, 4*f.n)
		ends := memory.NewResizableBuffer(f.mem)
		ends.Resize((f.n + 1) * arrow.Int32SizeBytes)
		offsets := arrow.GetData[int32](ends.Bytes())
		offsets[0] = 0
		for i, t := range values[int64](in[0]) {
			var ok bool
			if in[0].IsValid(i) {
				if found, ok = find(t, found); !ok || len(found) > math.MaxInt32 {
					return discard("time out of range", ends)
				}
			}
			offsets[i+1] = int32(len(found))
		}
		buf := memory.NewResizableBuffer(f.mem)
		buf.Resize(len(found) * arrow.Int64SizeBytes)
		copy(arrow.GetData[int64](buf.Bytes()), found)
		elements := build(list.Element().Arrow(), len(found), nil, buf)
		defer elements.Release()
		return buildNested(list.Arrow(), f.n, both(f, in[0]), []*memory.Buffer{ends}, []arrow.ArrayData{elements.Data()}), nil
	}
}
