package verify

import (
	"fmt"
	"strings"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// leaveOutDuplicates leaves out the events of a source with a unique_key that came before, by the definition in docs/sql.md. Which of
// two partitions an event came from first is not known: events of one key in several partitions are taken for the same event, as they
// are if they were delivered twice.
func (c *comparison) leaveOutDuplicates(in *input) error {
	if in.Unique == nil {
		return nil
	}
	if err := c.leaveOutForgotten(in); err != nil {
		return err
	}
	time := types.QuoteIdent(in.Unique.Time.Name)
	within := fmt.Sprintf("to_microseconds(%d)", in.Unique.Within)
	return c.results.exec(c.ctx, fmt.Sprintf(`INSERT INTO weir_verify.left_out SELECT $1, p, o, 'duplicate' FROM (
		SELECT p, o, n, min(n) OVER (PARTITION BY %[1]s ORDER BY %[2]s RANGE BETWEEN %[3]s PRECEDING AND %[3]s FOLLOWING) AS first
		FROM (SELECT *, %[4]s AS p, %[5]s AS o, row_number() OVER (ORDER BY %[4]s, %[5]s) AS n FROM %[6]s e WHERE %[7]s
			AND NOT EXISTS (FROM weir_verify.left_out x WHERE x.source = $1 AND x."partition" = e.%[4]s AND x."offset" = e.%[5]s))
		) WHERE first < n`,
		strings.Join(c.uniqueKeys(in, "%s"), ", "), time, within, types.QuoteIdent(partitionColumn), types.QuoteIdent(offsetColumn), c.eventsOf(in),
		strings.Join(append(c.uniqueKeys(in, "%s IS NOT NULL"), "isfinite("+time+")"), " AND ")), in.Name)
}

// uniqueKeys prints each column of a source's unique_key in a form.
func (c *comparison) uniqueKeys(in *input, form string) []string {
	out := make([]string, len(in.Unique.Keys))
	for i, k := range in.Unique.Keys {
		out[i] = fmt.Sprintf(form, types.QuoteIdent(k.Name))
	}
	return out
}

// forgotten is the condition on a late row l that it was late for the unique_key: so far behind the watermark that it may have come
// before. Such a row has the columns that are read of the source.
func (c *comparison) forgotten(in *input) string {
	if in.Unique == nil {
		return "false"
	}
	var alike []string
	for _, scan := range plan.Scans(c.view.Plan) {
		if !strings.EqualFold(scan.Source, in.Name) {
			continue
		}
		var names []string
		for _, f := range scan.Needs() {
			names = append(names, types.QuoteString(f.Name))
		}
		alike = append(alike, "list_sort(json_keys(l.row)) = list_sort(["+strings.Join(names, ", ")+"])")
	}
	return fmt.Sprintf("(l.event_time < l.watermark - to_microseconds(%d) AND (%s))", in.Unique.Within, strings.Join(alike, " OR "))
}

// leaveOutForgotten finds the events that were late for the unique_key. What was late once stays late: of a partition's events with
// one key and time it is the last ones.
func (c *comparison) leaveOutForgotten(in *input) error {
	rows := fmt.Sprintf("(FROM %s l WHERE %s)", lateRows, c.forgotten(in))
	n, err := c.results.number(c.ctx, "SELECT count(*) FROM "+rows, c.view.Name, in.Name)
	if err != nil || n == 0 {
		return err
	}
	keys, values, on, same := "", "", "", "e.p, e.t"
	for i, k := range in.Unique.Keys {
		path := types.QuoteString(`$."` + strings.ReplaceAll(k.Name, `"`, `\"`) + `"`)
		keys += fmt.Sprintf(", %s AS k%d", types.QuoteIdent(k.Name), i)
		values += fmt.Sprintf(", CAST((row->>%s) AS %s) AS k%d", path, k.Type, i)
		on += fmt.Sprintf(" AND e.k%[1]d = l.k%[1]d", i)
		same += fmt.Sprintf(", e.k%d", i)
	}
	c.out.Late += n
	return c.results.exec(c.ctx, fmt.Sprintf(`INSERT INTO weir_verify.left_out SELECT $2, p, o, 'late for unique_key' FROM (
		SELECT e.p, e.o, row_number() OVER (PARTITION BY %[9]s ORDER BY e.o DESC) AS n, l.n AS late
		FROM (SELECT %[1]s AS p, %[2]s AS o, %[3]s::TIMESTAMP AS t%[4]s FROM %[5]s) e
		JOIN (SELECT "partition" AS p, event_time AS t%[6]s, count(*) AS n FROM %[7]s GROUP BY ALL) l ON e.p = l.p AND e.t = l.t%[8]s
		) WHERE n <= late`,
		types.QuoteIdent(partitionColumn), types.QuoteIdent(offsetColumn), types.QuoteIdent(in.Unique.Time.Name), keys, c.eventsOf(in), values, rows, on, same),
		c.view.Name, in.Name)
}
