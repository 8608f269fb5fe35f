package plan

import (
	"fmt"
	"strings"

	"github.com/weirdb/weir/engine/types"
)

// JoinKind says which rows a Join gives.
type JoinKind string

// The kinds of join.
const (
	InnerJoin JoinKind = "inner" // each pair that matches
	LeftJoin  JoinKind = "left"  // and each left row without a match, with NULLs for the right columns
	RightJoin JoinKind = "right" // and each right row without a match, with NULLs for the left columns
	FullJoin  JoinKind = "full"  // both
	SemiJoin  JoinKind = "semi"  // each left row that has a match, once; left columns only
	AntiJoin  JoinKind = "anti"  // each left row that has none; left columns only
)

// Join pairs rows of two inputs. Its output is the left columns, then the right ones; of a semi or anti join, the left ones.
type Join struct {
	Left  Node      `json:"-"`
	Right Node      `json:"-"`
	Kind  JoinKind  `json:"kind"`
	Keys  []KeyPair `json:"keys"`
	// Residual are conditions on a pair beyond the keys, over the left columns followed by the right ones; all must be true.
	Residual []*Expr `json:"residual,omitempty"`
	// Bounds are what Residual says about event times; nil if it bounds nothing. State is dropped by them.
	Bounds *TimeBounds `json:"bounds,omitempty"`
	// Changes asks for every change at each commit. Otherwise rows are written once: a match when both rows have come, a row
	// without one when the watermark proves that none can come. That takes Bounds, and inputs that only add rows.
	Changes bool `json:"changes"`
	// Lookup joins each left row, when it comes, with the right rows as they are then, and keeps no left row: what changes on the right
	// later changes nothing that was written. The left only adds rows; the right comes from plain tables.
	Lookup bool `json:"lookup,omitempty"`
}

// KeyPair is a column of each input that must be equal, for rows to match.
type KeyPair struct {
	Left  int `json:"left"`
	Right int `json:"right"`
	// Nulls says that NULL matches NULL (IS NOT DISTINCT FROM); otherwise NULL matches nothing.
	Nulls bool `json:"nulls,omitempty"`
}

// TimeBounds say that rows match only if right time - left time is in [Low, High] microseconds. Residual holds the exact
// condition; bounds may be wider by a little, for open ends.
//
//	left row at t ──┬──────────────┬──────────┬────► time
//	                t            t+Low      t+High
//	                               └─ matches ─┘     once the watermark is past t+High, no match can come
type TimeBounds struct {
	Left  int   `json:"left"`  // the event-time column of the left input
	Right int   `json:"right"` // of the right one
	Low   int64 `json:"low"`
	High  int64 `json:"high"`
}

// Columns implements Node. What an outer join may leave NULL has the type that it had.
func (n *Join) Columns() []types.Field {
	left := n.Left.Columns()
	if n.Kind == SemiJoin || n.Kind == AntiJoin {
		return left
	}
	return append(left[:len(left):len(left)], n.Right.Columns()...)
}

// Inputs implements Node.
func (n *Join) Inputs() []Node { return []Node{n.Left, n.Right} }

// Describe implements Node.
func (n *Join) Describe() string {
	left, right := n.Left.Columns(), n.Right.Columns()
	var on []string
	for _, k := range n.Keys {
		sign := " = "
		if k.Nulls {
			sign = " IS NOT DISTINCT FROM "
		}
		on = append(on, "left."+readable.name(left[k.Left].Name)+sign+"right."+readable.name(right[k.Right].Name))
	}
	sides := printer{plain: true, column: func(e *Expr) string {
		if e.Index < len(left) {
			return "left." + readable.name(left[e.Index].Name)
		}
		return "right." + readable.name(right[e.Index-len(left)].Name)
	}}
	for _, e := range n.Residual {
		on = append(on, sides.expr(e))
	}
	text := string(n.Kind) + " join"
	if n.Lookup {
		text = string(n.Kind) + " lookup"
	}
	if len(on) > 0 {
		text += " on " + strings.Join(on, " AND ")
	}
	if n.Bounds != nil {
		text += fmt.Sprintf(", the right %s to %s behind the left", micros(n.Bounds.Low), micros(n.Bounds.High))
	}
	return text + changesNote(n.Changes)
}

// micros prints a span of microseconds.
func micros(n int64) string {
	i := Interval{Micros: n}
	return i.String()
}

func changesNote(changes bool) string {
	if changes {
		return ", emits changes"
	}
	return ""
}
