package duckplan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirdb/weir/engine/plan"
)

// exclusions are the words behind EXCLUDE.
var exclusions = map[string]string{"NO_OTHER": "", "CURRENT_ROW": "CURRENT ROW", "GROUP": "GROUP", "TIES": "TIES"}

// frame reads the frame of a call. A frame without any bound that tells its unit is a RANGE, which is what it is without words.
func (o *object) frame(call *plan.OverCall) {
	call.Unit = plan.FrameRange
	call.Start = o.takeBound("start", call)
	call.End = o.takeBound("end", call)
	var exclude string
	o.take("exclude_clause", &exclude)
	words, known := exclusions[exclude]
	if !known {
		o.fail(fmt.Errorf("duckplan: %s excludes %q", o.kind, exclude))
	}
	call.Exclude = words
}

// takeBound reads one end of a frame: UNBOUNDED_PRECEDING, CURRENT_ROW_ROWS, EXPR_FOLLOWING_RANGE, …
func (o *object) takeBound(side string, call *plan.OverCall) (b plan.FrameBound) {
	var word string
	o.take(side, &word)
	for _, unit := range []plan.FrameUnit{plan.FrameRows, plan.FrameRange, plan.FrameGroups} {
		if strings.HasSuffix(word, "_"+string(unit)) {
			call.Unit = unit
		}
	}
	kinds := map[string]plan.BoundKind{
		"UNBOUNDED_PRECEDING": plan.UnboundedPreceding, "UNBOUNDED_FOLLOWING": plan.UnboundedFollowing,
		"CURRENT_ROW": plan.CurrentRow, "EXPR_PRECEDING": plan.Preceding, "EXPR_FOLLOWING": plan.Following,
	}
	base := strings.TrimSuffix(word, "_"+string(call.Unit))
	kind, known := kinds[base]
	if !known {
		o.fail(fmt.Errorf("duckplan: %s has a frame that reaches to %q", o.kind, word))
	}
	b.Kind = kind
	if o.has(side + "_expr") {
		b.Offset = o.takeExpr(side + "_expr")
	}
	o.skip(side + "_expr")
	if o.err == nil && (b.Offset != nil) != strings.HasPrefix(base, "EXPR_") {
		o.fail(fmt.Errorf("duckplan: %s has a frame whose %s has no offset, or one too many", o.kind, side))
	}
	if o.err == nil && b.Offset != nil && call.Unit == plan.FrameRange {
		o.offsetOf(&b, call)
	}
	return b
}

// offsetOf undoes what DuckDB makes of the offset of a RANGE, the value that the order's key has at the bound:
//
//	ORDER BY ts RANGE 5 MINUTES PRECEDING        ──►  ts - 5 MINUTES
//	ORDER BY ts DESC RANGE 5 MINUTES PRECEDING   ──►  ts + 5 MINUTES
//	ORDER BY v RANGE 0 PRECEDING                 ──►  v
func (o *object) offsetOf(b *plan.FrameBound, call *plan.OverCall) {
	value := b.Offset
	sign := "-"
	if len(call.Orders) == 1 && call.Orders[0].Descending == (b.Kind == plan.Preceding) {
		sign = "+"
	}
	switch {
	case len(call.Orders) != 1:
	case sameKey(value, call.Orders[0].Expr):
		*b = plan.FrameBound{Kind: plan.CurrentRow}
		return
	case value.Kind == plan.Call && value.Name == sign && len(value.Args) == 2 && sameKey(value.Args[0], call.Orders[0].Expr):
		b.Offset = value.Args[1]
		return
	}
	o.fail(&Unsupported{Construct: "this RANGE", Instead: "write its offset as a constant", Position: slices.Max([]int{call.Pos, value.Pos})})
}

// sameKey reports whether two expressions are the same but for casts around them.
func sameKey(a, b *plan.Expr) bool { return uncast(a).Equal(uncast(b)) }

func uncast(e *plan.Expr) *plan.Expr {
	for e.Kind == plan.Cast {
		e = e.Args[0]
	}
	return e
}
