package planner

import (
	"math"
	"slices"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// moment is an event time moved by a constant: column + micros.
type moment struct {
	column int
	micros int64
}

// bounds finds what the residual says about the event times of both sides; nil unless it bounds them both ways.
//
//	b.ts BETWEEN a.ts - INTERVAL '1 minute' AND a.ts + INTERVAL '1 hour'      Low -1 minute, High 1 hour
func (j *joining) bounds() *plan.TimeBounds {
	wide := len(j.left.Columns())
	times := append(originsOf(j.left), originsOf(j.right)...)
	low, high := map[[2]int]int64{}, map[[2]int]int64{}
	for _, e := range append(j.keyExprs(), j.residual...) {
		left, right, op, ok := comparedTimes(e, times, wide)
		if !ok {
			continue
		}
		pair, distance := [2]int{left.column, right.column - wide}, left.micros-right.micros
		if op != plan.Greater && op != plan.GreaterEqual { // left + l <= right + r: right - left >= l - r
			low[pair] = max(distance, valueOr(low, pair, math.MinInt64))
		}
		if op != plan.Less && op != plan.LessEqual {
			high[pair] = min(distance, valueOr(high, pair, math.MaxInt64))
		}
	}
	for pair, l := range low {
		if h, both := high[pair]; both {
			return &plan.TimeBounds{Left: pair[0], Right: pair[1], Low: l, High: max(l, h)}
		}
	}
	return nil
}

func valueOr(m map[[2]int]int64, key [2]int, otherwise int64) int64 {
	if v, ok := m[key]; ok {
		return v
	}
	return otherwise
}

// boundingOps are the comparisons that bound one side by the other.
var boundingOps = []string{plan.Less, plan.LessEqual, plan.Greater, plan.GreaterEqual, plan.Equal, plan.NotDistinctFrom}

// comparedTimes takes a comparison between event times of the two sides apart, with the left side's on the left.
func comparedTimes(e *plan.Expr, times []*plan.Expr, wide int) (left, right moment, op string, ok bool) {
	if e.Kind != plan.Call || len(e.Args) != 2 || !slices.Contains(boundingOps, e.Name) {
		return left, right, "", false
	}
	a, okA := momentOf(e.Args[0], times)
	b, okB := momentOf(e.Args[1], times)
	switch {
	case okA && okB && a.column < wide && b.column >= wide:
		return a, b, e.Name, true
	case okA && okB && b.column < wide && a.column >= wide:
		return b, a, plan.Flipped(e.Name), true
	}
	return comparedDistance(e, times, wide)
}

// comparedDistance takes b.ts - a.ts <= INTERVAL apart, as b.ts <= a.ts + INTERVAL.
func comparedDistance(e *plan.Expr, times []*plan.Expr, wide int) (left, right moment, op string, ok bool) {
	minus, span, name := e.Args[0], e.Args[1], e.Name
	if minus.IsConstant() {
		minus, span, name = span, minus, plan.Flipped(name)
	}
	micros, constant := microsOf(span)
	if !constant || minus.Kind != plan.Call || minus.Name != "-" || len(minus.Args) != 2 {
		return left, right, "", false
	}
	later := plan.Fn(name, types.Of(types.Boolean), minus.Args[0],
		plan.Fn("+", minus.Args[1].Type, minus.Args[1], plan.Lit(plan.Value{Interval: &plan.Interval{Micros: micros}}, types.Of(types.Interval))))
	if _, isTime := momentOf(minus.Args[0], times); !isTime {
		return left, right, "", false
	}
	if _, isTime := momentOf(minus.Args[1], times); !isTime {
		return left, right, "", false
	}
	return comparedTimes(later, times, wide)
}

// momentOf recognises an event time, and one with constant intervals added or taken away.
func momentOf(e *plan.Expr, times []*plan.Expr) (moment, bool) {
	if e.Kind == plan.Column {
		return moment{column: e.Index}, times[e.Index].Name == eventTime
	}
	if e.Kind != plan.Call || len(e.Args) != 2 || e.Name != "+" && e.Name != "-" {
		return moment{}, false
	}
	base, span := e.Args[0], e.Args[1]
	if e.Name == "+" && base.IsConstant() {
		base, span = span, base
	}
	micros, constant := microsOf(span)
	m, ok := momentOf(base, times)
	if e.Name == "-" {
		micros = -micros
	}
	m.micros += micros
	return m, ok && constant
}

// microsOf is the length of a constant interval of days or less. In UTC a day has 24 hours.
func microsOf(e *plan.Expr) (int64, bool) {
	if !e.IsConstant() || e.Value.Interval == nil || e.Value.Interval.Months != 0 {
		return 0, false
	}
	return int64(e.Value.Interval.Days)*day + e.Value.Interval.Micros, true
}
