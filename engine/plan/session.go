package plan

import (
	"fmt"

	"github.com/weirdb/weir/engine/types"
)

// Session adds the session that each row is in: rows of a key that are no more than Gap apart belong together. Rows come out once
// the watermark has passed their session's end.
//
//	key a  ──●──●────●─────────────────●──►
//	         └─ session ──┘ gap        └────┘
type Session struct {
	From Node  `json:"-"`
	Time int   `json:"time"` // the event-time column
	Gap  int64 `json:"gap"`  // microseconds
	Keys []int `json:"keys"` // columns; may be empty
}

// Columns implements Node: the input's, then window_start and window_end.
func (n *Session) Columns() []types.Field {
	from := n.From.Columns()
	t := from[n.Time].Type
	return append(from[:len(from):len(from)], types.Field{Name: "window_start", Type: t}, types.Field{Name: "window_end", Type: t})
}

// Inputs implements Node.
func (n *Session) Inputs() []Node { return []Node{n.From} }

// Describe implements Node.
func (n *Session) Describe() string {
	from := n.From.Columns()
	text := fmt.Sprintf("session of %s with a gap of %s", readable.name(from[n.Time].Name), micros(n.Gap))
	for _, k := range n.Keys {
		text += ", by " + readable.name(from[k].Name)
	}
	return text + ", as the watermark passes its end"
}
