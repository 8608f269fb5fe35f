package verify

import (
	"fmt"
	"strings"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// leftOutTable has the events that the batch leaves out.
const leftOutTable = `CREATE OR REPLACE TABLE weir_verify.left_out (source VARCHAR, "partition" VARCHAR, "offset" BIGINT, why VARCHAR)`

// leaveOut notes the events that are not in the batch: dead letters, what came before, and what was late for the view. Doubtful are letters of
// which it is not known whether the view lacks them.
func (c *comparison) leaveOut(doubtful bool) error {
	if err := c.results.exec(c.ctx, leftOutTable+";"+lateWindowsTable); err != nil {
		return err
	}
	for _, in := range c.read {
		if err := c.leaveOutLetters(in, doubtful); err != nil {
			return fmt.Errorf("find dead letters of source %s: %w", in.Name, err)
		}
		if err := c.leaveOutReplayed(in); err != nil {
			return fmt.Errorf("find late dead letters of source %s: %w", in.Name, err)
		}
		if err := c.leaveOutDuplicates(in); err != nil {
			return fmt.Errorf("find duplicates of source %s: %w", in.Name, err)
		}
		if err := c.leaveOutLate(in); err != nil {
			return fmt.Errorf("find late rows of source %s: %w", in.Name, err)
		}
	}
	return nil
}

// leaveOutLetters leaves out what could be decoded for this view, and is a dead letter all the same that it lacks: because of a column that
// another view reads, or of its time, or of another declaration of the source.
func (c *comparison) leaveOutLetters(in *input, doubtful bool) error {
	return c.results.exec(c.ctx, fmt.Sprintf(`INSERT INTO weir_verify.left_out
		SELECT $1, e.%[1]s, e.%[2]s, 'dead letter' FROM %[3]s e SEMI JOIN
		(FROM weir_verify.letters WHERE source = $1 AND coalesce(list_contains(views, $2), $3)) d ON d."partition" = e.%[1]s AND d."offset" = e.%[2]s`,
		types.QuoteIdent(partitionColumn), types.QuoteIdent(offsetColumn), c.eventsOf(in)), in.Name, c.view.Name, doubtful)
}

// leaveOutReplayed leaves out the dead letters that a replay has given to the view, and that were late then: their rows say which they were
// and, where the view has windows, for which of these.
func (c *comparison) leaveOutReplayed(in *input) error {
	n, err := c.results.number(c.ctx, "SELECT count(*) FROM "+lateRows+` WHERE "offset" IS NOT NULL`, c.view.Name, in.Name)
	if err != nil || n == 0 {
		return err
	}
	c.out.Late += n
	whole := `"offset" IS NOT NULL`
	if c.hasWindow() {
		if err := c.leaveOutReplayedWindows(in); err != nil {
			return err
		}
		_, _, of := c.lateKey(in)
		whole += " AND " + of + " IS NULL" // late for a unique_key
	}
	return c.results.exec(c.ctx, "INSERT INTO weir_verify.left_out SELECT DISTINCT source, \"partition\", \"offset\", 'late when replayed' FROM "+lateRows+
		" WHERE "+whole, c.view.Name, in.Name)
}

// replayed is the condition that an event at a place was given to the view by a replay, and so came later than its position says.
func (c *comparison) replayed(in *input, partition, offset string) string {
	return fmt.Sprintf(`EXISTS (FROM weir_verify.letters y WHERE y.source = %s AND list_contains(y.replayed, %s) AND y."partition" = %s AND y."offset" = %s)`,
		types.QuoteString(in.Name), types.QuoteString(c.view.Name), partition, offset)
}

// lateRows are the view's late rows of a source. Those that are older than the view's definition belong to another one.
const lateRows = `(SELECT l.* FROM weir_verify.late l, weir_results.weir.catalog v
	WHERE l.view = $1 AND l.source = $2 AND v.kind = 'MATERIALIZED VIEW' AND v.name = $1 AND l."at" >= v.created)`

// leaveOutLate finds the events that late rows came from. A late row says its partition and its window, not its position; but a
// window that has closed stays closed, so that of a partition's events in one window it is the last ones that were late, of those that were
// not replayed. What is found is in weir_verify.late_found:
//
//	window 10:00   ●  ●  ●  ○  ○        2 late rows: the last 2 events of the window in this partition
//	                       ▲ closed here
func (c *comparison) leaveOutLate(in *input) error {
	rows := fmt.Sprintf(`(FROM %s l WHERE "offset" IS NULL AND NOT coalesce(%s, false))`, lateRows, c.forgotten(in))
	n, err := c.results.number(c.ctx, "SELECT count(*) FROM "+rows, c.view.Name, in.Name)
	if err != nil || n == 0 {
		return err
	}
	input, key, of := c.lateKey(in)
	err = c.results.exec(c.ctx, fmt.Sprintf(`INSERT INTO weir_verify.late_found
		SELECT p, o, win FROM (
			SELECT e.p, e.o, e.win, row_number() OVER (PARTITION BY e.p, e.w ORDER BY e.o DESC) AS n, l.n AS late
			FROM (SELECT %[1]s AS p, %[2]s AS o, %[3]s AS w, %[8]s AS win FROM (%[4]s)
				WHERE NOT EXISTS (FROM weir_verify.left_out x WHERE x.source = $2 AND x."partition" = %[1]s AND x."offset" = %[2]s) AND NOT %[7]s) e
			JOIN (SELECT "partition" AS p, %[5]s AS w, count(*) AS n FROM %[6]s GROUP BY ALL) l ON l.p = e.p AND l.w = e.w
		) WHERE n <= late`,
		types.QuoteIdent(partitionColumn), types.QuoteIdent(offsetColumn), key, input, of, rows,
		c.replayed(in, types.QuoteIdent(partitionColumn), types.QuoteIdent(offsetColumn)), types.QuoteIdent(windowColumn)), c.view.Name, in.Name)
	if err != nil {
		return err
	}
	found, err := c.results.number(c.ctx, "SELECT count(*) FROM weir_verify.late_found")
	if err == nil {
		err = c.leaveOutFound(in, "late")
	}
	c.out.Late += n
	if c.forks(in) {
		c.doubt = fmt.Sprintf("it reads source %s several times, and it is not known in which of them %s", in.Name, late(n))
	}
	if err == nil && found < n {
		c.note("%s of source %s could not be found among its events", count(n-found, "late row"), in.Name)
	}
	return err
}

// forks reports whether the view reads a source several times, as in a join with itself, so that an event may have several late rows, or be late in
// one place and count in another.
func (c *comparison) forks(in *input) bool {
	n := 0
	for _, scan := range plan.Scans(c.view.Plan) {
		if strings.EqualFold(in.Name, scan.Source) {
			n++
		}
	}
	return n > 1
}

func late(n int64) string {
	if n == 1 {
		return "its late row was late"
	}
	return fmt.Sprintf("its %d late rows were late", n)
}

// hasWindow reports whether the view's late rows say for which window they were late.
func (c *comparison) hasWindow() bool {
	return c.chain != nil && c.chain.lowest != nil && c.chain.lowest.Window != nil
}

// lateKey is by what late rows and events are matched: the window's key or, where the plan is not one that aggregates a single
// source, the event time. Input is a SELECT of the events that may be late, key an expression over it, of one over the late rows.
func (c *comparison) lateKey(in *input) (input, key, of string) {
	if c.hasWindow() {
		a := c.chain.lowest
		at := a.Groups[a.Window.Group].Index
		columns := c.chain.input.Columns()
		path := `$."` + strings.ReplaceAll(uniqueName(columns, at), `"`, `\"`) + `"`
		return c.chain.inputSQL(c.eventsOf(in)), fmt.Sprintf("c%d", at), fmt.Sprintf("CAST(row->>%s AS %s)", types.QuoteString(path), columns[at].Type)
	}
	c.note("late rows of source %s were found by their event time alone", in.Name)
	rows := c.eventsOf(in)
	if c.chain != nil { // what is filtered out before rows meet is not late, and what is unnested is late several times
		place := quoted([]string{partitionColumn, offsetColumn})
		rows = fmt.Sprintf("(SELECT %s FROM (%s)) JOIN %s USING (%[1]s)", place, c.chain.inputSQL(rows), rows)
	}
	return "SELECT *, NULL::VARCHAR AS " + types.QuoteIdent(windowColumn) + " FROM " + rows, types.QuoteIdent(in.Columns[in.EventTime].Name) + "::TIMESTAMP", "event_time"
}

// uniqueName is what a column is called in a late row: of columns with one name the later ones have a number.
func uniqueName(columns []types.Field, at int) string {
	n := 0
	for _, f := range columns[:at] {
		if f.Name == columns[at].Name {
			n++
		}
	}
	if n == 0 {
		return columns[at].Name
	}
	return fmt.Sprintf("%s_%d", columns[at].Name, n)
}

// scanned are the inputs that a plan reads, each once.
func scanned(root plan.Node, inputs map[string]*input) []*input {
	var out []*input
	seen := map[*input]bool{}
	for _, scan := range plan.Scans(root) {
		for _, in := range inputs {
			if strings.EqualFold(in.Name, scan.Source) && !seen[in] {
				seen[in] = true
				out = append(out, in)
			}
		}
	}
	return out
}
