package node

import (
	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/sql/catalog"
)

// createView makes the table of a new or rebuilt view, and notes the plan that it was made for.
func (n *Node) createView(c *duckdb.Catalog, v *catalog.View, entry *duckdb.Entry) error {
	var err error
	if entry.Plan, err = plan.Marshal(v.Plan); err != nil {
		return err
	}
	return c.CreateView(v.Name, v.Columns, "Weir materialized view, emit "+v.Emit)
}
