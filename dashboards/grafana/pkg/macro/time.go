package macro

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// literal is a time as DuckDB keeps it: UTC, to the microsecond.
func literal(t time.Time) string {
	return "TIMESTAMP '" + t.UTC().Format("2006-01-02 15:04:05.000000") + "'"
}

// writeTimeFilter leaves the column alone on its side, so that DuckDB can pass over blocks that have no such time. Parentheses keep what
// stands around, such as NOT, off it.
func writeTimeFilter(e *expander, args []string) (string, error) {
	return fmt.Sprintf("(%s >= %s AND %s <= %s)", args[0], literal(e.context.From), args[0], literal(e.context.To)), nil
}

func writeTimeFrom(e *expander, args []string) (string, error) {
	return bound(args, ">=", e.context.From), nil
}

func writeTimeTo(e *expander, args []string) (string, error) {
	return bound(args, "<=", e.context.To), nil
}

func bound(args []string, operator string, t time.Time) string {
	if len(args) == 0 {
		return literal(t)
	}
	return "(" + args[0] + " " + operator + " " + literal(t) + ")"
}

func writeTimeGroup(e *expander, args []string) (string, error) {
	w, err := parseWidth(args[1])
	if err != nil {
		return "", err
	}
	if len(args) == 3 {
		if e.into.Fill, err = parseFill(args[2], w); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("time_bucket(%s, %s)", w.sql(), args[0]), nil
}

func writeTimeGroupAlias(e *expander, args []string) (string, error) {
	group, err := writeTimeGroup(e, args)
	return group + ` AS "time"`, err
}

// FillMode says what a bucket without rows gets.
type FillMode int

// The modes of filling.
const (
	FillNull FillMode = iota
	FillPrevious
	FillValue
)

// Fill is what buckets without rows get, and where they are.
type Fill struct {
	Mode  FillMode
	Value float64
	step  width
}

func parseFill(arg string, step width) (*Fill, error) {
	switch strings.ToLower(strings.Trim(arg, "'")) {
	case "null":
		return &Fill{Mode: FillNull, step: step}, nil
	case "previous":
		return &Fill{Mode: FillPrevious, step: step}, nil
	}
	v, err := strconv.ParseFloat(arg, 64)
	if err != nil {
		return nil, mistakef("%s must be NULL, previous or a number: what buckets without rows get", arg)
	}
	return &Fill{Mode: FillValue, Value: v, step: step}, nil
}

// Origins of DuckDB's time_bucket: a Monday, and a first of January.
var (
	origin       = time.Date(2000, 1, 3, 0, 0, 0, 0, time.UTC)
	monthsOrigin = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
)

// Start is the start of the bucket that t falls into, as time_bucket has it.
func (f *Fill) Start(t time.Time) time.Time {
	t = t.UTC()
	if f.step.months == 0 {
		return t.Add(-mod(t.Sub(origin), f.step.length))
	}
	months := (t.Year()-2000)*12 + int(t.Month()) - 1
	return monthsOrigin.AddDate(0, months-int(mod(time.Duration(months), time.Duration(f.step.months))), 0)
}

// mod is never negative.
func mod(a, b time.Duration) time.Duration { return (a%b + b) % b }

// Next is the start of the bucket behind the one that starts at t.
func (f *Fill) Next(t time.Time) time.Time {
	if f.step.months > 0 {
		return t.AddDate(0, f.step.months, 0)
	}
	return t.Add(f.step.length)
}
