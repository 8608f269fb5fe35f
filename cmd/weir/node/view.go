package node

import (
	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/operators"
	"github.com/weirdb/weir/sql/catalog"
)

// createView makes the table of a new or rebuilt view, and notes the plan that it was made for.
// One that the engine could not run is not stored: it would keep Weir from starting.
func (n *Node) createView(c *duckdb.Catalog, v *catalog.View, entry *duckdb.Entry) error {
	_, err := n.build(v)
	if err != nil {
		return err
	}
	if entry.Plan, err = plan.Marshal(v.Plan); err != nil {
		return err
	}
	return c.CreateView(v.Name, v.Columns, "Weir materialized view, emit "+v.Emit)
}

// build compiles a view's plan.
func (n *Node) build(v *catalog.View) (engine.Query, error) {
	return operators.Build(v.Name, v.Plan, v.Columns, operators.Config{Evaluator: n.evaluators, Tables: n.evaluators})
}
