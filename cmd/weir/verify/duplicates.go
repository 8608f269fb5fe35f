package verify

import (
	"fmt"
	"strings"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// leaveOutDuplicates leaves out the events of a source with a unique_key that came before, by the definition in docs/sql.md. What was
// replayed came after all others. Which of
// two partitions an event came from first is not known: events of one key in several partitions are taken for the same event, as they
// are if they were delivered twice.
func (c *comparison) leaveOutDuplicates(in *input) error {
	if in.Unique == nil {
		return nil
	}
	if err := c.leaveOutForgotten(in); err != nil {
		return err
	}
	columns, keys, known := "", "", ""
	for i, k := range in.Unique.Keys {
		columns += fmt.Sprintf(", e.%s AS k%d", types.QuoteIdent(k.Name), i)
		keys += fmt.Sprintf("k%d, ", i)
		known += fmt.Sprintf(" AND e.%s IS NOT NULL", types.QuoteIdent(k.Name))
	}
	return c.results.exec(c.ctx, fmt.Sprintf(`INSERT INTO weir_verify.left_out SELECT $1, p, o, 'duplicate' FROM (
		SELECT p, o, n, min(n) OVER (PARTITION BY %[1]s ORDER BY t
			RANGE BETWEEN to_microseconds(%[2]d) PRECEDING AND to_microseconds(%[2]d) FOLLOWING) AS first
		FROM (SELECT e.%[3]s AS p, e.%[4]s AS o, e.%[5]s AS t%[6]s, row_number() OVER (ORDER BY %[9]s, e.%[3]s, e.%[4]s) AS n
			FROM %[7]s e WHERE isfinite(e.%[5]s)%[8]s
			AND NOT EXISTS (FROM weir_verify.left_out x WHERE x.source = $1 AND x."partition" = e.%[3]s AND x."offset" = e.%[4]s))
		) WHERE first < n`,
		strings.TrimSuffix(keys, ", "), in.Unique.Within, types.QuoteIdent(partitionColumn), types.QuoteIdent(offsetColumn),
		types.QuoteIdent(in.Unique.Time.Name), columns, c.eventsOf(in), known,
		c.replayed(in, "e."+types.QuoteIdent(partitionColumn), "e."+types.QuoteIdent(offsetColumn))), in.Name)
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
	rows := fmt.Sprintf(`(FROM %s l WHERE "offset" IS NULL AND %s)`, lateRows, c.forgotten(in))
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
