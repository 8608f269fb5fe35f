package function

import (
	"github.com/apache/arrow-go/v18/arrow"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

const instant = "TIMESTAMP or DATE"

var temporalKernels = []Kernel{
	{Names: []string{"time_bucket"}, Takes: "constant INTERVAL, TIMESTAMP or DATE; with TIMESTAMP also a constant INTERVAL or TIMESTAMP",
		Doc:     "The start of the span of that size; spans are counted from Monday 2000-01-03, those of months from 2000-01-01.",
		Example: "time_bucket(INTERVAL '10 seconds', ts)", bind: bindBucket},
	{Names: []string{tumble}, Takes: "TIMESTAMP or DATE, constant INTERVAL", Doc: "The planner's marker of tumble(): time_bucket with its arguments turned around.",
		Example: "FROM tumble(bid, ts, INTERVAL '10 seconds')", bind: bindTumble},
	{Names: []string{"date_trunc", "datetrunc"}, Takes: "constant part, TIMESTAMP or DATE", Doc: "The start of the year, quarter, month, week, day, hour, minute, second.",
		Example: "date_trunc('hour', ts)", bind: bindTrunc},
	part("year", "The year.", func(d, _ int64) int64 { y, _, _ := civil(d); return y }),
	part("quarter", "The quarter, from 1.", func(d, _ int64) int64 { _, m, _ := civil(d); return (m + 2) / 3 }),
	part("month", "The month, from 1.", func(d, _ int64) int64 { _, m, _ := civil(d); return m }),
	part("day", "The day of the month, from 1.", dayOfMonth), part("dayofmonth", "The day of the month, from 1.", dayOfMonth),
	part("dayofyear", "The day of the year, from 1.", func(d, _ int64) int64 { y, _, _ := civil(d); return d - daysOf(y, 1, 1) + 1 }),
	part("dayofweek", "The day of the week; Sunday is 0.", dayOfWeek), part("weekday", "The day of the week; Sunday is 0.", dayOfWeek),
	part("isodow", "The day of the week; Monday is 1, Sunday 7.", func(d, _ int64) int64 { return d + 3 - floorDiv(d+3, 7)*7 + 1 }),
	part("hour", "The hour of the day.", func(_, us int64) int64 { return us / hour }),
	part("minute", "The minute of the hour.", func(_, us int64) int64 { return us % hour / minute }),
	part("second", "The second of the minute.", func(_, us int64) int64 { return us % minute / second }),
	part("millisecond", "The milliseconds of the minute.", func(_, us int64) int64 { return us % minute / 1000 }),
	part("microsecond", "The microseconds of the minute.", func(_, us int64) int64 { return us % minute }),
	part("epoch_us", "Microseconds since 1970-01-01.", func(d, us int64) int64 { return d*day + us }),
	part("epoch_ms", "Milliseconds since 1970-01-01, without their fraction.", func(d, us int64) int64 { return (d*day + us) / 1000 }),
	{Names: []string{"epoch"}, Takes: instant, Doc: "Seconds since 1970-01-01, as DOUBLE.", Example: "epoch(ts)", bind: bindEpoch},
	{Names: []string{"epoch_ms", "make_timestamp"}, Takes: "BIGINT", Doc: "The TIMESTAMP so many milliseconds, or microseconds, after 1970-01-01.",
		Example: "epoch_ms(1735689600000)", bind: bindFromEpoch},
	{Names: []string{"+", "-"}, Takes: "TIMESTAMP or DATE, constant INTERVAL", Doc: "The TIMESTAMP later or earlier by months, then days, then time.",
		Example: "ts - INTERVAL '1 hour'", bind: bindShift},
	{Names: []string{"+", "-"}, Takes: "DATE, INTEGER", Doc: "The DATE so many days later or earlier.", Example: "day + 1", bind: bindDays},
	{Names: []string{"-"}, Takes: "two DATE", Doc: "How many days lie between.", Example: "shipped - ordered", bind: bindDayDifference},
	{Names: []string{"-"}, Takes: "two TIMESTAMP", Doc: "The INTERVAL between, in days and time.", Example: "left_at - came_at", bind: bindDifference},
}

// dateTime computes a part from the day since 1970-01-01 and the microsecond of the day.
type dateTime func(day, micros int64) int64

func part(name, doc string, compute dateTime) Kernel {
	return Kernel{Names: []string{name}, Takes: instant, Doc: doc, Example: name + "(ts)", bind: bindPart(compute)}
}

func dayOfMonth(d, _ int64) int64 { _, _, dom := civil(d); return dom }

func dayOfWeek(d, _ int64) int64 { return d + 4 - floorDiv(d+4, 7)*7 } // 1970-01-01 was a Thursday

func bindPart(compute dateTime) func(*plan.Expr) (loop, []*plan.Expr) {
	return func(e *plan.Expr) (loop, []*plan.Expr) {
		if len(e.Args) != 1 || e.Type.ID != types.BigInt {
			return nil, nil
		}
		return partLoop(e.Args[0].Type, func(d, us int64) int64 { return compute(d, us) }, e.Type), e.Args
	}
}

// bindEpoch: seconds are microseconds divided as DOUBLE.
func bindEpoch(e *plan.Expr) (loop, []*plan.Expr) {
	if len(e.Args) != 1 || e.Type.ID != types.Double {
		return nil, nil
	}
	return partLoop(e.Args[0].Type, func(d, us int64) float64 { return float64(d*day+us) / 1e6 }, e.Type), e.Args
}

// partLoop splits each time into day and microsecond of the day.
func partLoop[T fixed](from types.Type, compute func(day, micros int64) T, to types.Type) loop {
	switch from.ID {
	case types.Timestamp:
		return convert(to, func(t int64) (T, bool) {
			d := floorDiv(t, day)
			return compute(d, t-d*day), !extreme(t)
		})
	case types.Date:
		return convert(to, func(d int32) (T, bool) { return compute(int64(d), 0), !extremeDate(d) })
	}
	return nil
}

func bindFromEpoch(e *plan.Expr) (loop, []*plan.Expr) {
	if len(e.Args) != 1 || e.Args[0].Type.ID != types.BigInt || e.Type.ID != types.Timestamp {
		return nil, nil
	}
	unit := int64(1)
	if e.Name == "epoch_ms" {
		unit = 1000
	}
	return convert(e.Type, func(n int64) (int64, bool) {
		return n * unit, n <= lastTimestamp/unit && n >= -lastTimestamp/unit
	}), e.Args
}

func dayCast(from, to types.Type) loop {
	switch {
	case from.ID == types.Timestamp && to.ID == types.Date:
		return timestampToDate
	case from.ID == types.Date && to.ID == types.Timestamp:
		return dateToTimestamp
	}
	return nil
}

var timestampToDate = convert(types.Of(types.Date), func(t int64) (int32, bool) { return int32(floorDiv(t, day)), !extreme(t) })

var dateToTimestamp = convert(types.Of(types.Timestamp), func(d int32) (int64, bool) { return int64(d) * day, !extremeDate(d) })

// bindShift adds or takes a constant INTERVAL. Only the sum may have the INTERVAL first.
func bindShift(e *plan.Expr) (loop, []*plan.Expr) {
	if len(e.Args) != 2 || e.Type.ID != types.Timestamp {
		return nil, nil
	}
	t, by := e.Args[0], e.Args[1]
	if t.Type.ID == types.Interval {
		t, by = by, t
	}
	if by.Type.ID != types.Interval || !by.IsConstant() || by.Value.Null {
		return nil, nil
	}
	move := mover(by.Value.Interval, e.Name == "-")
	switch {
	case move == nil:
	case t.Type.ID == types.Timestamp:
		return convert(e.Type, move), []*plan.Expr{t}
	case t.Type.ID == types.Date:
		return convert(e.Type, func(d int32) (int64, bool) {
			moved, ok := move(int64(d) * day)
			return moved, ok && !extremeDate(d)
		}), []*plan.Expr{t}
	}
	return nil, nil
}

// mover moves a time by months, then by days and microseconds; nil for an interval that could leave the range of 64 bits.
func mover(by *plan.Interval, back bool) func(int64) (int64, bool) {
	months, days, micros := int64(by.Months), int64(by.Days), by.Micros
	if back {
		months, days, micros = -months, -days, -micros
	}
	if !small(months, farMonths) || !small(days, farDays) || !small(micros, farDays*day) {
		return nil
	}
	return func(t int64) (int64, bool) {
		if months != 0 {
			d := floorDiv(t, day)
			t += (addMonths(d, months) - d) * day
		}
		return t + days*day + micros, !extreme(t)
	}
}

func bindDays(e *plan.Expr) (loop, []*plan.Expr) {
	if len(e.Args) != 2 || e.Type.ID != types.Date || e.Args[0].Type.ID != types.Date || e.Args[1].Type.ID != types.Integer {
		return nil, nil
	}
	sign := int32(1)
	if e.Name == "-" {
		sign = -1
	}
	return func(f *frame, in []arrow.Array) (arrow.Array, error) {
		buf, out := allocate[int32](f)
		valid, days := both(f, in...), values[int32](in[1])
		for i, d := range values[int32](in[0]) {
			if (extremeDate(d) || extremeDate(days[i])) && isSet(valid, i) {
				return discard("date out of range", buf, valid)
			}
			out[i] = d + sign*days[i]
		}
		return build(e.Type.Arrow(), f.n, valid, buf), nil
	}, e.Args
}

func bindDayDifference(e *plan.Expr) (loop, []*plan.Expr) {
	if len(e.Args) != 2 || e.Type.ID != types.BigInt || e.Args[0].Type.ID != types.Date || e.Args[1].Type.ID != types.Date {
		return nil, nil
	}
	return func(f *frame, in []arrow.Array) (arrow.Array, error) {
		buf, out := allocate[int64](f)
		b := values[int32](in[1])
		for i, d := range values[int32](in[0]) {
			out[i] = int64(d) - int64(b[i])
		}
		return build(e.Type.Arrow(), f.n, both(f, in...), buf), nil
	}, e.Args
}

// bindDifference gives whole days, then the rest with the same sign.
func bindDifference(e *plan.Expr) (loop, []*plan.Expr) {
	if len(e.Args) != 2 || e.Type.ID != types.Interval || e.Args[0].Type.ID != types.Timestamp || e.Args[1].Type.ID != types.Timestamp {
		return nil, nil
	}
	return func(f *frame, in []arrow.Array) (arrow.Array, error) {
		buf, out := allocate[arrow.MonthDayNanoInterval](f)
		valid, b := both(f, in...), values[int64](in[1])
		for i, t := range values[int64](in[0]) {
			if (extreme(t) || extreme(b[i])) && isSet(valid, i) {
				return discard("time out of range", buf, valid)
			}
			span := t - b[i]
			out[i] = arrow.MonthDayNanoInterval{Days: int32(span / day), Nanoseconds: span % day * 1000}
		}
		return build(e.Type.Arrow(), f.n, valid, buf), nil
	}, e.Args
}
