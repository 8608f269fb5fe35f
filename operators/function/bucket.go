package function

import (
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// tumble is the planner's marker for the start of a tumbling window: weir_tumble(ts, size) is time_bucket(size, ts).
const tumble = "weir_tumble"

// bucket finds the span [from, to) that a time falls in, in microseconds. ok is false if DuckDB has to.
type bucket func(t int64) (from, to int64, ok bool)

// Where DuckDB starts to count buckets: a Monday, or for buckets of months the first of January.
const (
	originDay   = 10959 * day // 2000-01-03
	originMonth = 2000 * 12   // months from year 0
	firstMonday = 4 * day     // 1970-01-05
)

// everySpan cuts time into spans of one size:
//
//	origin-size   origin   origin+size     t
//	    ├───────────┼───────────┼──────────┼─────┤
//	                            └─ from         └─ to
func everySpan(size, origin int64) bucket {
	return func(t int64) (int64, int64, bool) {
		from := floorDiv(t-origin, size)*size + origin
		return from, from + size, !extreme(t)
	}
}

func everyMonths(size int64) bucket {
	return func(t int64) (int64, int64, bool) {
		if extreme(t) {
			return 0, 0, false
		}
		year, month, _ := civil(floorDiv(t, day))
		from := floorDiv(monthsOf(year, month)-originMonth, size)*size + originMonth
		return firstOf(from) * day, firstOf(from+size) * day, true
	}
}

// bindBucket is for time_bucket(size, t), with an offset or origin or without. Size, offset and origin are constants.
func bindBucket(e *plan.Expr) (loop, []*plan.Expr) {
	size, t, shift := e.Args[0], e.Args[1], e.Args[2:]
	b := bucketOf(size, shift)
	if b == nil || (t.Type.ID == types.Date && len(shift) > 0) {
		return nil, nil
	}
	return bucketLoop(b, t.Type, e.Type), []*plan.Expr{t}
}

func bindTumble(e *plan.Expr) (loop, []*plan.Expr) {
	return bindBucket(plan.Fn("time_bucket", e.Type, e.Args[1], e.Args[0]))
}

func bucketOf(size *plan.Expr, shift []*plan.Expr) bucket {
	if !size.IsConstant() || size.Value.Null || size.Value.Interval == nil {
		return nil
	}
	i := size.Value.Interval
	span := int64(i.Days)*day + i.Micros
	switch {
	case !small(int64(i.Months), farMonths) || !small(int64(i.Days), farDays) || !small(i.Micros, farDays*day):
		return nil
	case i.Months > 0 && span == 0 && i.Days == 0 && len(shift) == 0:
		return everyMonths(int64(i.Months))
	case i.Months != 0 || span <= 0:
		return nil
	case len(shift) == 0:
		return everySpan(span, originDay)
	}
	origin, ok := originOf(shift[0])
	if !ok {
		return nil
	}
	return everySpan(span, origin)
}

// originOf is where spans start that are moved by an INTERVAL, or that start at a TIMESTAMP.
func originOf(e *plan.Expr) (int64, bool) {
	if !e.IsConstant() || e.Value.Null {
		return 0, false
	}
	if e.Type.ID == types.Timestamp {
		return e.Value.Int, small(e.Value.Int, farDays*day)
	}
	i := e.Value.Interval
	if e.Type.ID != types.Interval || i.Months != 0 || !small(i.Micros, farDays*day) || !small(int64(i.Days), farDays) {
		return 0, false
	}
	return originDay + int64(i.Days)*day + i.Micros, true
}

// bucketLoop computes the start of each time's bucket. Times mostly come in order, so the last bucket is tried first.
func bucketLoop(b bucket, from, to types.Type) loop {
	switch {
	case from.ID == types.Timestamp && to.ID == types.Timestamp:
		return func(f *frame, in []arrow.Array) (arrow.Array, error) {
			return bucketTimes(f, in[0], values[int64](in[0]), b)
		}
	case from.ID == types.Date && to.ID == types.Timestamp:
		return func(f *frame, in []arrow.Array) (arrow.Array, error) { return bucketDates(f, in[0], b) }
	case from.ID == types.Date && to.ID == types.Date:
		return func(f *frame, in []arrow.Array) (arrow.Array, error) { return dayBuckets(f, in[0], b) }
	}
	return nil
}

func bucketTimes(f *frame, a arrow.Array, times []int64, b bucket) (arrow.Array, error) {
	buf, out := allocate[int64](f)
	var from, to int64
	for i, t := range times {
		if t < from || t >= to {
			var ok bool
			if from, to, ok = b(t); !ok {
				if a.IsValid(i) {
					return discard("time out of range", buf)
				}
				from, to = 0, 0
			}
		}
		out[i] = from
	}
	return build(types.Of(types.Timestamp).Arrow(), f.n, both(f, a), buf), nil
}

// bucketDates takes dates for their midnights.
func bucketDates(f *frame, a arrow.Array, b bucket) (arrow.Array, error) {
	midnights, err := dateToTimestamp(f, []arrow.Array{a})
	if err != nil {
		return nil, err
	}
	defer midnights.Release()
	return bucketTimes(f, midnights, values[int64](midnights), b)
}

func dayBuckets(f *frame, a arrow.Array, b bucket) (arrow.Array, error) {
	starts, err := bucketDates(f, a, b)
	if err != nil {
		return nil, err
	}
	defer starts.Release()
	return timestampToDate(f, []arrow.Array{starts})
}

// truncations are the parts that date_trunc cuts to. DuckDB has the rare ones.
var truncations = map[string]bucket{
	"microsecond": everySpan(1, 0), "millisecond": everySpan(1000, 0), "second": everySpan(second, 0),
	"minute": everySpan(minute, 0), "hour": everySpan(hour, 0), "day": everySpan(day, 0), "week": everySpan(7*day, firstMonday),
	"month": everyMonths(1), "quarter": everyMonths(3), "year": everyMonths(12),
}

func bindTrunc(e *plan.Expr) (loop, []*plan.Expr) {
	part, t := e.Args[0], e.Args[1]
	if !part.IsConstant() || part.Value.Null {
		return nil, nil
	}
	b, ok := truncations[strings.TrimSuffix(strings.ToLower(part.Value.Text), "s")]
	if !ok {
		return nil, nil
	}
	return bucketLoop(b, t.Type, e.Type), []*plan.Expr{t}
}
