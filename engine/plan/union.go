package plan

import "github.com/weirdb/weir/engine/types"

// Union passes on the rows of all inputs, which have columns of the same types.
type Union struct {
	From  []Node   `json:"-"`
	Names []string `json:"names"`
}

// Columns implements Node.
func (n *Union) Columns() []types.Field {
	out := append([]types.Field(nil), n.From[0].Columns()...)
	for i := range out {
		out[i].Name = n.Names[i]
	}
	return out
}

// Inputs implements Node.
func (n *Union) Inputs() []Node { return n.From }

// Describe implements Node.
func (n *Union) Describe() string { return "union all" }
