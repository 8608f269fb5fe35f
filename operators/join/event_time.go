package join

import (
	"fmt"
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

// The event times of DuckDB's 'infinity' and '-infinity', to which adding a span changes nothing.
const (
	forever = math.MaxInt64
	never   = -math.MaxInt64
)

// eventTime reads a column as microseconds.
type eventTime struct {
	column  int
	days    bool
	times   int64 // what the column counts is so many microseconds
	divisor int64 // or one microsecond is so many of them
}

func newEventTime(column int, fields []types.Field) (*eventTime, error) {
	if column < 0 || column >= len(fields) {
		return nil, fmt.Errorf("join: there is no column %d to bound the times by", column)
	}
	switch t := fields[column].Type.Arrow().(type) {
	case *arrow.Date32Type:
		return &eventTime{column: column, days: true, times: 24 * 60 * 60 * 1e6, divisor: 1}, nil
	case *arrow.TimestampType:
		switch t.Unit {
		case arrow.Second:
			return &eventTime{column: column, times: 1e6, divisor: 1}, nil
		case arrow.Millisecond:
			return &eventTime{column: column, times: 1e3, divisor: 1}, nil
		case arrow.Microsecond:
			return &eventTime{column: column, times: 1, divisor: 1}, nil
		case arrow.Nanosecond:
			return &eventTime{column: column, times: 1, divisor: 1e3}, nil
		}
	}
	f := fields[column]
	return nil, fmt.Errorf("join: %s is %s: times are bounded by a date or a timestamp", f.Name, f.Type)
}

// widen returns the bounds for times as they are read: where these are rounded, a difference may be off by one.
func widen(b *plan.TimeBounds, left, right *eventTime) *plan.TimeBounds {
	if b == nil || left.divisor == 1 && right.divisor == 1 {
		return b
	}
	wide := *b
	wide.Low, wide.High = shift(b.Low, -1), shift(b.High, 1)
	return &wide
}

// read sets out[i] to the time of row i of the column. What it says of NULL is not defined.
func (e *eventTime) read(a arrow.Array, out []int64) {
	if e.days {
		for i, d := range keys.Values[int32](a)[:len(out)] {
			out[i] = int64(d) * e.times
			if d == math.MaxInt32 || d == -math.MaxInt32 {
				out[i] = int64(d) / math.MaxInt32 * forever
			}
		}
		return
	}
	copy(out, keys.Values[int64](a))
	if e.times == 1 && e.divisor == 1 {
		return
	}
	for i, t := range out {
		out[i] = e.micros(t)
	}
}

func (e *eventTime) micros(t int64) int64 {
	if t == forever || t == never {
		return t
	}
	if e.divisor > 1 {
		return floorDiv(t, e.divisor)
	}
	return t * e.times
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// shift adds a span to a time. It stops at the ends of time, and an infinite time stays what it is.
func shift(t, span int64) int64 {
	switch {
	case t == forever || t == never:
		return t
	case span > 0 && t > math.MaxInt64-span:
		return math.MaxInt64
	case span < 0 && t < math.MinInt64-span:
		return math.MinInt64
	}
	return t + span
}
