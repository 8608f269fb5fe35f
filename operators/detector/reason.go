package detector

import (
	"fmt"
	"strconv"
)

// Reason says why a result is what it is. The zero Reason says nothing. It is a small value, made into a text only by String, so that rows
// without a reason cost nothing.
type Reason struct {
	cause               cause
	value, lower, upper float64 // of the cause: the point and its band, or what the cause's text says
	figure              float64
	column              int32 // of the point, from 1; 0 where there is one column only
}

// out is the Reason that a point lies outside of its band, some deviations off.
func out(c cause, value float64, f forecast, deviations float64) Reason {
	return Reason{cause: c, value: value, lower: f.lower, upper: f.upper, figure: deviations}
}

// cause is the kind of a Reason.
type cause uint8

const (
	nothing    cause = iota
	warming          // value rows of upper have been seen
	outside          // value is outside of lower to upper; figure is how many deviations it is off
	drifting         // value, a mean of the last rows, is outside of lower to upper
	unseasonal       // value is outside of lower to upper, what is usual at this time of the season of figure seconds
	changed          // the level went from lower to value, figure rows ago
	isolated         // figure times as far from the others as they are from one another
	unlike           // the last rows are unlike any before, at figure times the usual distance
	extreme          // value is outside of lower to upper, which the fitted tail exceeds in one row of figure
	unusual          // the errors of the last rows are unusual, at figure deviations
)

// IsZero reports whether there is nothing to say.
func (r Reason) IsZero() bool { return r.cause == nothing }

// String is the reason in words; empty if there is none.
func (r Reason) String() string {
	text := r.text()
	if r.column > 0 && text != "" {
		return fmt.Sprintf("column %d: %s", r.column, text)
	}
	return text
}

func (r Reason) text() string {
	switch r.cause {
	case warming:
		return fmt.Sprintf("warming up: %.0f of %.0f rows", r.value, r.upper)
	case outside:
		return r.against("") + fmt.Sprintf(", %s deviations off", short(r.figure))
	case drifting:
		return "the mean of the last rows, " + r.against("") + fmt.Sprintf(", %s deviations off", short(r.figure))
	case unseasonal:
		return r.against("") + " at this time of " + seasonName(r.figure)
	case changed:
		return fmt.Sprintf("the level went from %s to %s, %.0f rows ago", short(r.lower), short(r.value), r.figure)
	case isolated:
		return fmt.Sprintf("%s is isolated: %s deviations more than rows usually are", short(r.value), short(r.figure))
	case unlike:
		return fmt.Sprintf("the last rows are unlike any before: %s times the usual distance", short(r.figure))
	case extreme:
		return r.against("") + fmt.Sprintf(", in the tail one row of %s is so far out", short(r.figure))
	case unusual:
		return fmt.Sprintf("the last rows are further off than usual, %s deviations", short(r.figure))
	}
	return ""
}

// against compares the point with its band: "12 is above 3.1 to 8.2". Figures are as long as it takes to tell the point from the bound.
func (r Reason) against(of string) string {
	where, bound := "within", r.upper
	switch {
	case r.value > r.upper:
		where = "above"
	case r.value < r.lower:
		where, bound = "below", r.lower
	}
	digits := 4
	for where != "within" && digits < 17 && figure(r.value, digits) == figure(bound, digits) {
		digits++
	}
	return fmt.Sprintf("%s%s is %s %s to %s", of, figure(r.value, digits), where, figure(r.lower, digits), figure(r.upper, digits))
}

func figure(x float64, digits int) string { return strconv.FormatFloat(x, 'g', digits, 64) }

func short(x float64) string { return figure(x, 3) }

// seasonName names a season of some seconds: "the week".
func seasonName(seconds float64) string {
	switch seconds {
	case 60:
		return "the minute"
	case 3600:
		return "the hour"
	case 24 * 3600:
		return "the day"
	case 7 * 24 * 3600:
		return "the week"
	}
	return "a season of " + short(seconds) + " s"
}
