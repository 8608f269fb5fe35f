package planner

import (
	"slices"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/sql/duckplan"
)

// With allowed_lateness a plan has the shape of one whose rows are written once, so that every window in it closes; but what is
// written of a window may be taken back until its lateness is over.
//
//	event time   ├── window ──┤
//	watermark                 ▲ passes: written      late row: taken back, written anew      ▲ lateness over: state dropped

// emitsChanges reports whether the nodes being built may take rows back.
func (b *builder) emitsChanges() bool { return !b.final || b.lateness > 0 }

// correctable gives a window its lateness.
func (b *builder) correctable(w *plan.WindowKey) *plan.WindowKey {
	if w != nil && b.lateness > 0 {
		w.Lateness, w.Held = b.lateness.Microseconds(), b.final
	}
	return w
}

// refuseWrittenOnce refuses what writes its rows once over what may be corrected.
func refuseWrittenOnce(n plan.Node) error {
	var once string
	switch n := n.(type) {
	case *plan.Join:
		if !n.Changes {
			once = "a join"
		}
	case *plan.Asof:
		once = "an ASOF join"
	case *plan.Over:
		once = "OVER without a window in its PARTITION BY"
	case *plan.Session:
		once = "session windows"
	}
	if once != "" && slices.ContainsFunc(streamed(n), updating) {
		return &duckplan.Unsupported{
			Construct: "allowed_lateness under " + once + ", whose rows are written once", Position: -1,
			Instead: "leave allowed_lateness out, or use emit = 'changes'",
		}
	}
	for _, in := range n.Inputs() {
		if err := refuseWrittenOnce(in); err != nil {
			return err
		}
	}
	return nil
}

// correctsWindows reports whether some window of a plan is corrected.
func correctsWindows(root plan.Node) (found bool) {
	plan.Walk(root, func(n plan.Node) {
		switch n := n.(type) {
		case *plan.Aggregate:
			found = found || n.Window != nil
		case *plan.Relational:
			found = found || n.Window != nil
		}
	})
	return found
}

// checkLateness refuses allowed_lateness where it would change nothing, or cannot be kept.
func (b *builder) checkLateness(root plan.Node) error {
	if b.lateness == 0 {
		return nil
	}
	if !correctsWindows(root) {
		return &duckplan.Mistake{Position: -1, Message: "allowed_lateness needs a window that closes: group by one over the source's WATERMARK column, such as tumble(…)"}
	}
	return refuseWrittenOnce(root)
}
