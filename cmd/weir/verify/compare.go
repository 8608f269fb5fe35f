package verify

import (
	"context"
	"fmt"
	"strings"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/catalog"
)

// comparison is the comparison of one view.
type comparison struct {
	ctx         context.Context
	results     *results
	definitions *definitions
	inputs      map[string]*input
	view        *catalog.View
	ended       bool

	read  []*input // that the view reads
	chain *chain   // nil if the plan is none
	out   Outcome
	// doubt is why the batch may count other events than the view has; empty if it does not.
	doubt string
}

func (c *comparison) note(format string, args ...any) {
	c.out.Notes = append(c.out.Notes, fmt.Sprintf(format, args...))
}

// table is the view's table.
func (c *comparison) table() string { return "weir_results.main." + types.QuoteIdent(c.view.Name) }

// run compares. Where the table differs and there are dead letters of an earlier weir, which did not note what views lack them, it compares again
// with them: a record that is a dead letter because of another view's columns counts for a view that had read it before that one was created.
func (c *comparison) run() (Outcome, error) {
	c.read, c.chain = scanned(c.view.Plan, c.inputs), chainOf(c.view.Plan)
	if err := c.compare(true); err != nil || c.out.Refused != "" || c.out.Equal() {
		return c.out, err
	}
	left, err := c.results.number(c.ctx, "SELECT count(*) FROM weir_verify.left_out WHERE why = 'dead letter'")
	if err != nil {
		return c.out, err
	}
	doubtful, err := c.results.number(c.ctx, `SELECT count(*) FROM weir_verify.left_out x SEMI JOIN (FROM weir_verify.letters WHERE views IS NULL) d
		ON d.source = x.source AND d."partition" = x."partition" AND d."offset" = x."offset" WHERE x.why = 'dead letter'`)
	if err != nil {
		return c.out, err
	}
	if doubtful > 0 {
		first := c.out
		if err := c.compare(false); err != nil {
			return c.out, err
		}
		if c.out.Refused == "" && c.out.Equal() {
			c.note("%s counted for this view, which had read them before another view needed a column that cannot be decoded, or max_future was lower", count(doubtful, "dead letter"))
			return c.out, nil
		}
		c.out = first
		if err := c.compute(true); err != nil { // what is shown belongs to the first comparison
			return c.out, err
		}
	}
	if left > 0 {
		c.note("%s can be decoded for this view, and were left out: `weir replay dead-letters` gives them to it", count(left, "dead letter"))
	}
	return c.out, c.show()
}

// compare computes the batch, and counts what differs.
func (c *comparison) compare(doubtful bool) error {
	c.out = Outcome{View: c.view.Name}
	if err := c.compute(doubtful); err != nil || c.out.Refused != "" {
		return err
	}
	for _, step := range []func() error{c.differences, c.rounding, c.openWindows, c.counts} {
		if err := step(); err != nil {
			return err
		}
	}
	if !c.out.Equal() && c.out.Refused == "" {
		c.out.Refused = c.doubt
	}
	return nil
}

// compute makes weir_verify.want, the batch.
func (c *comparison) compute(doubtful bool) error {
	c.out.Late, c.out.Notes, c.doubt = 0, nil, ""
	for _, in := range c.read {
		if err := c.events(in); err != nil {
			return fmt.Errorf("events of source %s: %w", in.Name, err)
		}
	}
	if err := c.leaveOut(doubtful); err != nil {
		return err
	}
	for _, in := range c.read {
		if err := c.expose(in); err != nil {
			return fmt.Errorf("events of source %s: %w", in.Name, err)
		}
	}
	if err := c.tables(); err != nil {
		return err
	}
	exec := func(sql string) error { return c.results.exec(c.ctx, sql) }
	for name, err := range c.definitions.DefineIn(c.definitions.Below(c.view), exec) {
		return fmt.Errorf("view %s, which it reads: %w", name, err)
	}
	partly, err := c.partly()
	if err != nil {
		return fmt.Errorf("find events that are late for some windows: %w", err)
	}
	if partly == 0 {
		err = c.results.exec(c.ctx, c.wantSQL())
	} else {
		err = c.computePartly()
	}
	if err != nil {
		c.out.Refused = "DuckDB does not compute its SELECT over these events: " + err.Error()
		return c.ctx.Err()
	}
	return c.expire()
}

// wantSQL computes the batch.
func (c *comparison) wantSQL() string {
	return "CREATE OR REPLACE TABLE weir_verify.want AS " + c.view.Computed
}

// expire leaves out what the view's retention has dropped.
func (c *comparison) expire() error {
	dropped, err := c.results.table(c.ctx, "SELECT condition FROM weir_results.weir.expired WHERE view = $1", c.view.Name)
	for _, row := range dropped.Rows {
		where := row[0]
		if err := c.results.exec(c.ctx, "DELETE FROM weir_verify.want WHERE "+where); err != nil {
			return fmt.Errorf("leave out what the retention has dropped: %w", err)
		}
		c.note("its retention has dropped rows: %s", where)
	}
	return err
}

// eventsOf is the table of a source's events from where the view has begun to its positions, with these positions.
func (c *comparison) eventsOf(in *input) string {
	return "weir_verify." + types.QuoteIdent("events of "+in.Name)
}

// events makes eventsOf.
func (c *comparison) events(in *input) error {
	return c.results.exec(c.ctx, fmt.Sprintf(`CREATE OR REPLACE VIEW %s AS SELECT e.* FROM weir_events.main.%s e
		JOIN weir_verify.positions p ON p."partition" = e.%s AND e.%s >= p.first AND e.%[4]s < p.next WHERE p.query = %[5]s AND p.source = %[6]s`,
		c.eventsOf(in), types.QuoteIdent(in.Name), types.QuoteIdent(partitionColumn), types.QuoteIdent(offsetColumn),
		types.QuoteString(c.view.Name), types.QuoteString(in.Name)))
}

// expose makes what the view's SELECT sees of a source: the events that count, with all declared columns. Those that no view reads
// were not decoded, and are NULL.
func (c *comparison) expose(in *input) error {
	return c.results.exec(c.ctx, fmt.Sprintf("CREATE OR REPLACE VIEW main.%s AS %s", types.QuoteIdent(in.Name), c.exposed(in, "")))
}

// exposed is a SELECT of the events that count, with all declared columns, and others before them.
func (c *comparison) exposed(in *input, before string) string {
	read := map[string]bool{}
	for _, f := range in.read {
		read[f.Name] = true
	}
	columns := make([]string, len(in.Columns))
	for i, f := range in.Columns {
		value := "NULL"
		if read[f.Name] {
			value = "e." + types.QuoteIdent(f.Name)
		}
		columns[i] = fmt.Sprintf("CAST(%s AS %s) AS %s", value, f.Type, types.QuoteIdent(f.Name))
	}
	return fmt.Sprintf(`SELECT %s%s FROM %s e
		WHERE NOT EXISTS (FROM weir_verify.left_out x WHERE x.source = %s AND x."partition" = e.%s AND x."offset" = e.%s)`,
		before, strings.Join(columns, ", "), c.eventsOf(in), types.QuoteString(in.Name), types.QuoteIdent(partitionColumn), types.QuoteIdent(offsetColumn))
}

// differences makes the tables of rows that should not be there, and of those that are missing.
func (c *comparison) differences() error {
	err := c.results.exec(c.ctx, fmt.Sprintf(`CREATE OR REPLACE TABLE weir_verify.extra AS (FROM %[1]s EXCEPT ALL FROM weir_verify.want);
		CREATE OR REPLACE TABLE weir_verify.missing AS (FROM weir_verify.want EXCEPT ALL FROM %[1]s)`, c.table()))
	if err != nil {
		return fmt.Errorf("compare with the table: %w", err)
	}
	return nil
}

// counts fills in the numbers.
func (c *comparison) counts() error {
	for _, in := range c.read {
		n, err := c.results.number(c.ctx, "SELECT count(*) FROM main."+types.QuoteIdent(in.Name))
		if err != nil {
			return err
		}
		c.out.Events += n
		left, err := c.results.number(c.ctx, "SELECT count(*) FROM weir_verify.left_out WHERE source = $1 AND why = 'duplicate'", in.Name)
		if err != nil {
			return err
		}
		c.out.Duplicates += left
		if err := c.unknownLetters(in); err != nil {
			return err
		}
	}
	for _, x := range []struct {
		to    *int64
		query string
	}{
		{&c.out.Rows, "FROM " + c.table()},
		{&c.out.ExtraN, "FROM weir_verify.extra"},
		{&c.out.MissingN, "FROM weir_verify.missing"},
	} {
		var err error
		if *x.to, err = c.results.number(c.ctx, "SELECT count(*) "+x.query); err != nil {
			return err
		}
	}
	return nil
}

// unknownLetters counts a source's dead letters before the view's positions. One that is not in weir.dead_letters was dropped in
// silence, which must not be.
func (c *comparison) unknownLetters(in *input) error {
	const undecoded = `(SELECT l.* FROM weir_events.main."weir letters" l JOIN weir_verify.positions p
		ON p."partition" = l."weir partition" AND l."weir offset" >= p.first AND l."weir offset" < p.next WHERE p.query = $1 AND p.source = $2 AND l.source = $2)`
	n, err := c.results.number(c.ctx, "SELECT count(*) FROM "+undecoded, c.view.Name, in.Name)
	if err != nil {
		return err
	}
	left, err := c.results.number(c.ctx, "SELECT count(*) FROM weir_verify.left_out WHERE source = $1 AND why = 'dead letter'", in.Name)
	if err != nil {
		return err
	}
	c.out.DeadLetters += n + left
	unknown, err := c.results.number(c.ctx, "SELECT count(*) FROM "+undecoded+` u ANTI JOIN (FROM weir_results.weir.dead_letters WHERE source = $2) d
		ON d."partition" = u."weir partition" AND d."offset" = u."weir offset"`, c.view.Name, in.Name)
	if err == nil && unknown > 0 {
		c.note("%s of source %s cannot be decoded now, and are not in weir.dead_letters", count(unknown, "record"), in.Name)
	}
	return err
}

// closes reports whether rows of the view come once, when their window closes.
func (c *comparison) closes() bool { return c.view.Emit == engine.EmitClose }
