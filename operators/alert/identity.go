package alert

import (
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/plan"
)

// identity tells an instance apart: the texts of its instance columns, and how they are written together.
type identity struct {
	name  string // country=CH, shop=3; empty if there are no instance columns
	parts []string
}

func newIdentity(columns, parts []string) identity {
	var b strings.Builder
	for i, part := range parts {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(columns[i] + "=" + part)
	}
	return identity{b.String(), parts}
}

// identitiesOf are those of rows: the instance columns stand behind the values, and are never NULL.
func identitiesOf(n *plan.Alert, rows arrow.RecordBatch) []identity {
	return identities(n.Keys, rows.Columns()[n.Values:], int(rows.NumRows()))
}

func identities(names []string, columns []arrow.Array, rows int) []identity {
	out := make([]identity, rows)
	for i := range out {
		parts := make([]string, len(names))
		for k := range names {
			parts[k] = strings.Clone(columns[k].(*array.String).Value(i)) // the batch is lent
		}
		out[i] = newIdentity(names, parts)
	}
	return out
}
