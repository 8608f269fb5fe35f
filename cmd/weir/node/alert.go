package node

import (
	"context"

	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine/alerting"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/catalog"
)

// alertTables are what weir.alerts shows.
func (n *Node) alertTables() []duckdb.AlertTable {
	var out []duckdb.AlertTable
	for _, v := range n.catalog.Alerts() {
		t := duckdb.AlertTable{Name: v.Name}
		for _, f := range v.Columns[len(alerting.Columns):] {
			t.Values = append(t.Values, f.Name)
		}
		out = append(out, t)
	}
	return out
}

// silences are those of each alert, by its name.
type silences map[string][]catalog.Silence

// tellSilences has the sinks know what is silenced now. Whoever calls it may use the catalog.
func (n *Node) tellSilences() {
	told := silences{}
	for _, v := range n.catalog.Alerts() {
		if s := n.catalog.Silences(v.Name); len(s) > 0 {
			told[v.Name] = s
		}
	}
	n.silences.Store(&told)
}

// silencesOf are those of an alert, those that are over among them.
func (n *Node) silencesOf(alert string) []catalog.Silence {
	if told := n.silences.Load(); told != nil {
		return (*told)[alert]
	}
	return nil
}

// silence begins or ends silences while the engine runs, which goes on.
func (n *Node) silence(ctx context.Context, sql string) (*server.Result, error) {
	if !n.options.Writable {
		return nil, readOnly("ALTER")
	}
	return n.define(ctx, sql, n.tellSilences)
}

// conditionSQL is a SELECT of whether a condition holds for each row of in0, which has an alert's columns.
func conditionSQL(columns []types.Field, condition string) string {
	text := "SELECT coalesce(TRY((" + condition + "\n)::BOOLEAN), false) FROM (SELECT "
	for i, f := range columns {
		if i > 0 {
			text += ", "
		}
		text += "c" + number(int64(i)) + " AS " + types.QuoteIdent(f.Name)
	}
	return text + " FROM in0)"
}
