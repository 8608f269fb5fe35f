package verify

import (
	"fmt"

	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// tables makes what the view's SELECT sees of the plain tables that it reads: the rows that were there when the view had come where it
// stands. A view that looks rows up has no such place: it is compared over the table as it is now.
func (c *comparison) tables() error {
	for _, scan := range plan.Scans(c.view.Plan) {
		if !scan.Table {
			continue
		}
		next, err := c.results.number(c.ctx, "SELECT coalesce(max(next), -1) FROM weir_results.weir.positions WHERE query = $1 AND source = $2", c.view.Name, scan.Source)
		if err != nil {
			return fmt.Errorf("read positions: %w", err)
		}
		rows := "FROM weir_results.main." + types.QuoteIdent(scan.Source)
		if next >= 0 {
			rows = duckdb.TableBefore("weir_results", scan.Source, next)
		} else {
			c.note("rows are looked up in table %s as it was when they came; it is compared as it is now", scan.Source)
		}
		if err := c.results.exec(c.ctx, fmt.Sprintf("CREATE OR REPLACE VIEW main.%s AS %s", types.QuoteIdent(scan.Source), rows)); err != nil {
			return fmt.Errorf("table %s: %w", scan.Source, err)
		}
	}
	return nil
}
