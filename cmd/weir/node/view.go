package node

import (
	"fmt"
	"slices"

	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/alerting"
	"github.com/weirdb/weir/engine/metadata"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators"
	"github.com/weirdb/weir/sql/catalog"
)

// createView makes the table of a new or rebuilt view, and notes the plan that it was made for; one that is kept has its table.
// One that the engine could not run is not stored: it would keep Weir from starting.
func (n *Node) createView(c *duckdb.Catalog, change catalog.Change, entry *duckdb.Entry) error {
	v := change.View
	_, err := n.build(v)
	if err != nil {
		return err
	}
	if entry.Plan, err = plan.Marshal(v.Plan); err != nil || change.Kept {
		return err
	}
	comment := "Weir materialized view, emit " + v.Emit
	if v.Alert != nil {
		comment = "transitions of a Weir alert"
	}
	return c.CreateView(v.Name, v.Columns, comment)
}

// build compiles a view's plan.
func (n *Node) build(v *catalog.View) (engine.Query, error) {
	of, traced := n.traced(v)
	q, err := operators.Build(v.Name, of, v.Columns, operators.Config{Evaluator: n.evaluators, Tables: n.evaluators})
	q.Traced = traced
	if err == nil && v.Retention > 0 {
		q.Retention = &engine.Retention{Keep: engine.Time(v.Retention.Microseconds()), Expired: func(before engine.Time) string { return expired(v, before) }}
	}
	return q, err
}

// traced is a view's plan. Where traces are kept, a row comes from one event, and some sink can say to which trace the event
// belongs, rows bring that with them in a column more.
func (n *Node) traced(v *catalog.View) (of plan.Node, traced bool) {
	carried := slices.ContainsFunc(n.catalog.Sinks, func(s *catalog.Sink) bool { return s.View == v.Name && s.Connector.CarriesTraces })
	silent := slices.ContainsFunc(n.catalog.Sources, func(s *catalog.Source) bool { return v.Reads(s.Name) && !s.Connector.Traces })
	if n.options.Tracer == nil || !carried || silent {
		return v.Plan, false
	}
	if of, traced = plan.Traced(v.Plan, metadata.Traced()); traced {
		return of, true
	}
	return v.Plan, false
}

// expired is the condition for a view's rows of earlier event times. Of an alert, what is not over stays.
func expired(v *catalog.View, before engine.Time) string {
	if v.Alert != nil {
		return fmt.Sprintf(`"at" < make_timestamp(%d) AND id IN (SELECT id FROM %s WHERE state IN ('%s', '%s') AND "at" < make_timestamp(%[1]d))`,
			before, types.QuoteIdent(v.Name), alerting.Resolved, alerting.Inactive)
	}
	of := v.Ages.Of.SQL(func(e *plan.Expr) string {
		if e.Type.ID == types.TimestampTZ {
			return fmt.Sprintf("make_timestamptz(%d)", before)
		}
		return fmt.Sprintf("CAST(make_timestamp(%d) AS %s)", before, e.Type)
	})
	return types.QuoteIdent(v.Columns[v.Ages.Group].Name) + " < " + of
}
