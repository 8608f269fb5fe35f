package plan

import (
	"strings"

	"github.com/weirdb/weir/engine/types"
)

// Expand makes any number of rows of each row, and adds columns to them: UNNEST, and the windows that an event is in.
type Expand struct {
	From Node `json:"-"`
	// Lists are expressions over the input, each a list: a row comes out for each element of the longest, with NULL behind the
	// end of a shorter one, and none if all are empty or NULL.
	Lists []*Expr  `json:"lists"`
	Names []string `json:"names"` // of the columns added, one for each list
}

// Columns implements Node.
func (n *Expand) Columns() []types.Field {
	from := n.From.Columns()
	out := from[:len(from):len(from)]
	for i, l := range n.Lists {
		out = append(out, types.Field{Name: n.Names[i], Type: l.Type.Fields[0].Type})
	}
	return out
}

// Inputs implements Node.
func (n *Expand) Inputs() []Node { return []Node{n.From} }

// Describe implements Node.
func (n *Expand) Describe() string {
	parts := make([]string, len(n.Lists))
	for i, l := range n.Lists {
		parts[i] = l.String()
	}
	return "unnest " + strings.Join(parts, ", ")
}
