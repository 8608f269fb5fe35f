package plan

import (
	"fmt"

	"github.com/weirdb/weir/engine/types"
)

// Asof pairs each left row with the right row of equal keys that was the newest at its time, once the watermark has passed it.
//
//	right  ──a─────b───────c──►
//	left   ─────1─────2──────►     1 with a, 2 with b
type Asof struct {
	Left  Node      `json:"-"`
	Right Node      `json:"-"`
	Kind  JoinKind  `json:"kind"` // inner, or left: with NULLs if there is none
	Keys  []KeyPair `json:"keys"`
	// LeftTime and RightTime are the event-time columns.
	LeftTime  int  `json:"left_time"`
	RightTime int  `json:"right_time"`
	Strict    bool `json:"strict,omitempty"` // earlier than the left row's time, not of the same time
}

// Columns implements Node.
func (n *Asof) Columns() []types.Field {
	left := n.Left.Columns()
	return append(left[:len(left):len(left)], n.Right.Columns()...)
}

// Inputs implements Node.
func (n *Asof) Inputs() []Node { return []Node{n.Left, n.Right} }

// Describe implements Node.
func (n *Asof) Describe() string {
	left, right := n.Left.Columns(), n.Right.Columns()
	sign := ">="
	if n.Strict {
		sign = ">"
	}
	text := fmt.Sprintf("asof %s join on %s %s %s", n.Kind, readable.name(left[n.LeftTime].Name), sign, readable.name(right[n.RightTime].Name))
	for _, k := range n.Keys {
		text += " AND " + readable.name(left[k.Left].Name) + " = " + readable.name(right[k.Right].Name)
	}
	return text
}
