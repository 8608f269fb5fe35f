package plan

import (
	"fmt"

	"github.com/weirdb/weir/engine/types"
)

// TopN keeps the rows that rank first among those of their key, and emits changes at each commit: QUALIFY row_number() OVER
// (PARTITION BY key ORDER BY …) <= n, ORDER BY … LIMIT n, DISTINCT ON. What does not fit is a Relational.
type TopN struct {
	From   Node    `json:"-"`
	Keys   []int   `json:"keys"`   // input columns; may be empty
	Orders []Order `json:"orders"` // each by a column
	Limit  int64   `json:"limit"`
	// Ties ranks as rank() does: rows that are equal by Orders have the same rank. Otherwise as row_number(): no two have.
	Ties bool `json:"ties,omitempty"`
	// Ranks adds a column behind the input's that holds the rank, called Name. A row whose rank changes is then another row.
	Ranks bool   `json:"ranks,omitempty"`
	Name  string `json:"name"`
	// AppendOnly says that the input takes no rows back: what ranks behind Limit can be forgotten.
	AppendOnly bool `json:"append_only,omitempty"`
}

// Columns implements Node.
func (n *TopN) Columns() []types.Field {
	from := n.From.Columns()
	if !n.Ranks {
		return from
	}
	return append(from[:len(from):len(from)], types.Field{Name: n.Name, Type: types.Of(types.BigInt)})
}

// Inputs implements Node.
func (n *TopN) Inputs() []Node { return []Node{n.From} }

// Describe implements Node.
func (n *TopN) Describe() string {
	text := fmt.Sprintf("first %d", n.Limit)
	if n.Ties {
		text += ", with ties,"
	}
	text += " by " + OrdersSQL(n.Orders, nil)
	columns := n.From.Columns()
	for i, k := range n.Keys {
		text += [...]string{", of each ", ", "}[min(i, 1)] + readable.name(columns[k].Name)
	}
	return text + changesNote(true)
}
