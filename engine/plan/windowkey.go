package plan

import (
	"fmt"
	"math"

	"github.com/weirdb/weir/engine"
)

// WindowKey is the group key that grows with event time. A group whose key is v is complete when no later event can have that
// key, which is when Of(watermark) > v.
//
//	event time ──────┬──────────────┬──────────────┬───────►
//	key            v=10:00        v=10:10        v=10:20
//	watermark              ▲ 10:07: Of = 10:00, nothing to close
//	                                   ▲ 10:13: Of = 10:10 > 10:00, the first window is complete
type WindowKey struct {
	Group int `json:"group"` // position in Groups
	// Of computes the key from event time: an expression over one column, the event time.
	Of *Expr `json:"of"`
	// Lateness, in microseconds, is how far the watermark may have passed the window while late rows still count in it: what was
	// written of it is then taken back, and written again. Only where changes are asked for.
	Lateness int64 `json:"lateness,omitempty"`
	// Held says that nothing of a window comes out before the watermark has passed it. Only where changes are asked for; elsewhere
	// that is so anyway.
	Held bool `json:"held,omitempty"`
}

// Bounds says what a watermark does to windows: those with a key before passed are complete, those with one before closed are not
// corrected any more. of evaluates Of for a time.
//
//	window         ├──────┤ end
//	watermark             ▲ passed            ▲ closed: lateness later
func (w *WindowKey) Bounds(wm engine.Time, of func(engine.Time) (int64, error)) (passed, closed int64, err error) {
	if passed, err = of(wm); err != nil || w.Lateness == 0 {
		return passed, passed, err
	}
	if wm <= engine.MinTime+engine.Time(w.Lateness) {
		return passed, math.MinInt64, nil
	}
	closed, err = of(wm - engine.Time(w.Lateness))
	return passed, closed, err
}

// closing says when the window of a key closes, for EXPLAIN.
func (w *WindowKey) closing(key string) string {
	text := fmt.Sprintf(", closes when %s passes%s", w.Of, key)
	if w.Lateness > 0 {
		text += ", is corrected for " + micros(w.Lateness)
	}
	return text
}

// andLate says which windows are kept beside those that are open.
func (w *WindowKey) andLate() string {
	if w.Lateness == 0 {
		return ""
	}
	return ", and of those that closed in the last " + micros(w.Lateness)
}
