package duckdb

import (
	"fmt"
	"strings"

	"github.com/weirdb/weir/engine/alerting"
	"github.com/weirdb/weir/engine/types"
)

// weir.alerts is a view over the tables of all alerts, made anew when there are others: the transitions with the columns that all have,
// and those of their SELECTs as one JSON object. The last of an instance is its latest, and active if that is pending or firing.
//
//	main.slow    alert, instance, state, …, id, host, p99   ─┐
//	                                                         ├─► weir.alerts  alert, instance, state, …, id, latest, active, row
//	main.errors  alert, instance, state, …, id, service, n  ─┘

// AlertTable is the table of an alert.
type AlertTable struct {
	Name   string
	Values []string // the columns of its SELECT
}

// noAlertsSQL makes the view of a database that has no alerts yet. Databases of an earlier weir have none.
var noAlertsSQL = "CREATE VIEW IF NOT EXISTS weir.alerts AS " + noAlerts() + "; " + alertsComment

const alertsComment = `COMMENT ON VIEW weir.alerts IS 'what the instances of all alerts have become, and when: what is latest is how they are, what is active is pending or firing'`

// DefineAlerts makes weir.alerts show these tables.
func (c *Catalog) DefineAlerts(tables []AlertTable) error {
	parts := []string{noAlerts()}
	for _, t := range tables {
		parts = append(parts, t.sql())
	}
	sql := "CREATE OR REPLACE VIEW weir.alerts AS " + strings.Join(parts, "\nUNION ALL ") + "; " + alertsComment
	if err := c.store.session.exec(c.ctx, sql); err != nil {
		return fmt.Errorf("making weir.alerts: %w", err)
	}
	return nil
}

// sql selects a table's transitions. Rows are added in the order of time, instance by instance.
func (t *AlertTable) sql() string {
	columns := make([]string, len(alerting.Columns))
	for i, f := range alerting.Columns {
		columns[i] = types.QuoteIdent(f.Name)
	}
	latest := "row_number() OVER (PARTITION BY instance ORDER BY rowid DESC) = 1"
	active := fmt.Sprintf("state IN (%s, %s) AND latest", types.QuoteString(string(alerting.Pending)), types.QuoteString(string(alerting.Firing)))
	values := make([]string, len(t.Values))
	for i, name := range t.Values {
		values[i] = types.QuoteIdent(name) + " := " + types.QuoteIdent(name)
	}
	return fmt.Sprintf("SELECT %s, %s AS latest, %s AS active, to_json(struct_pack(%s)) AS \"row\" FROM %s",
		strings.Join(columns, ", "), latest, active, strings.Join(values, ", "), tableName(t.Name))
}

// noAlerts selects no rows, with the columns that the others have.
func noAlerts() string {
	columns := make([]string, len(alerting.Columns))
	for i, f := range alerting.Columns {
		columns[i] = fmt.Sprintf("NULL::%s AS %s", f.Type, types.QuoteIdent(f.Name))
	}
	return fmt.Sprintf("SELECT %s, NULL::BOOLEAN AS latest, NULL::BOOLEAN AS active, NULL::JSON AS \"row\" WHERE false", strings.Join(columns, ", "))
}
