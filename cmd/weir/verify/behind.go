package verify

import (
	"fmt"
	"strings"

	"github.com/weirdb/weir/engine/types"
)

// show fills in the first rows that differ, and the events behind them.
func (c *comparison) show() error {
	var err error
	if c.out.Extra, err = c.results.table(c.ctx, firstOf("extra")); err != nil {
		return err
	}
	if c.out.Missing, err = c.results.table(c.ctx, firstOf("missing")); err != nil {
		return err
	}
	err = c.results.exec(c.ctx, fmt.Sprintf("CREATE OR REPLACE TABLE weir_verify.shown AS ((%s) UNION (%s))", firstOf("extra"), firstOf("missing")))
	if err != nil {
		return err
	}
	for _, in := range c.read {
		if err := c.behind(in); err != nil {
			return fmt.Errorf("find the events behind what differs: %w", err)
		}
	}
	return nil
}

func firstOf(table string) string {
	return fmt.Sprintf("FROM weir_verify.%s ORDER BY ALL LIMIT %d", table, maxRows)
}

// behind finds a source's events behind the rows that are shown: those that have the values of a row in all columns that are not
// computed from several events.
func (c *comparison) behind(in *input) error {
	from, on := c.match(in)
	where := "true"
	if len(on) > 0 {
		where = "EXISTS (FROM weir_verify.shown s WHERE " + strings.Join(on, " AND ") + ")"
	}
	place := quoted([]string{partitionColumn, offsetColumn})
	matching := fmt.Sprintf("SELECT DISTINCT %s FROM (%s) e WHERE %s", place, from, where)
	n, err := c.results.number(c.ctx, "SELECT count(*) FROM ("+matching+")")
	if err != nil {
		return err
	}
	c.out.BehindN += n
	if len(c.out.Behind.Rows) > 0 || n == 0 {
		return nil // one source's events are shown
	}
	columns := make([]string, len(in.read))
	for i, f := range in.read {
		columns[i] = "e." + types.QuoteIdent(f.Name)
	}
	c.out.Behind, err = c.results.table(c.ctx, fmt.Sprintf(`SELECT e.%[1]s AS "partition", e.%[2]s AS "offset", %[3]s, coalesce(x.why, '') AS "left out"
		FROM %[4]s e SEMI JOIN (%[5]s) m USING (%[6]s)
		LEFT JOIN (SELECT * FROM weir_verify.left_out WHERE source = %[7]s) x ON x."partition" = e.%[1]s AND x."offset" = e.%[2]s
		ORDER BY 1, e.%[2]s LIMIT %[8]d`,
		types.QuoteIdent(partitionColumn), types.QuoteIdent(offsetColumn), strings.Join(columns, ", "), c.eventsOf(in), matching, place,
		types.QuoteString(in.Name), maxEvents))
	return err
}

// match is a SELECT e of a source's events, and how an event is matched with a row s that is shown.
func (c *comparison) match(in *input) (from string, on []string) {
	if c.chain != nil {
		for i, f := range c.view.Columns {
			if at := c.chain.source(c.view.Plan, i); at >= 0 {
				on = append(on, fmt.Sprintf("e.c%d IS NOT DISTINCT FROM s.%s", at, types.QuoteIdent(f.Name)))
			}
		}
		return c.chain.inputSQL(c.eventsOf(in)), on
	}
	return "FROM " + c.eventsOf(in), c.matchNames(in)
}

// matchNames matches by columns of one name and, if the view has a window, by the event time within it: all that can be said
// without following a plan of several inputs.
func (c *comparison) matchNames(in *input) []string {
	has := map[string]string{}
	for _, f := range c.view.Columns {
		has[strings.ToLower(f.Name)] = types.QuoteIdent(f.Name)
	}
	var on []string
	for i, f := range in.Columns {
		name, q := has[strings.ToLower(f.Name)], "e."+types.QuoteIdent(f.Name)
		read := false
		for _, r := range in.read {
			read = read || r.Name == f.Name
		}
		switch {
		case !read:
		case name != "":
			on = append(on, fmt.Sprintf("%s::VARCHAR IS NOT DISTINCT FROM s.%s::VARCHAR", q, name))
		case i == in.EventTime && has["window_start"] != "" && has["window_end"] != "":
			on = append(on, fmt.Sprintf("%s >= s.%s AND %s < s.%s", q, has["window_start"], q, has["window_end"]))
		}
	}
	return on
}
