package verify

import (
	"errors"
	"fmt"
	"strings"

	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/engine/types"
)

// Where windows overlap an event has several, and may be late for those that have closed and count in the others:
//
//	hop 10:00  ───────────┤ closed      late
//	hop 10:05       ───────────┤ open   counts
//	event                ●
//
// Such an event is not left out: hop() and cumulate() leave out the windows that it was late for, while the batch is computed. They know an event
// by a column that the source has for as long as that, and that they do not pass on:
//
//	main.s                    the events, with "weir row"
//	weir_verify.late_windows  where the events stand, and the windows
//	weir_verify.late_rows     the same by "weir row"
//
// That needs hop() to read the source itself: where it reads another view, which has columns of its own, it is not known which event a row is of.

// rowColumn tells an event. Sources have no column of this name.
const rowColumn = "weir row"

const lateWindowsTable = `CREATE OR REPLACE TABLE weir_verify.late_windows (source VARCHAR, p VARCHAR, o BIGINT, win VARCHAR);
	CREATE OR REPLACE TABLE weir_verify.late_found (p VARCHAR, o BIGINT, win VARCHAR)`

// leaveOutReplayedWindows leaves out the windows that letters were late for when they were replayed.
func (c *comparison) leaveOutReplayedWindows(in *input) error {
	input, key, of := c.lateKey(in)
	err := c.results.exec(c.ctx, fmt.Sprintf(`INSERT INTO weir_verify.late_found
		SELECT e.p, e.o, e.win FROM (SELECT %s AS p, %s AS o, %s AS w, %s AS win FROM (%s)) e
		SEMI JOIN (SELECT "partition" AS p, "offset" AS o, %s AS w FROM %s WHERE "offset" IS NOT NULL) l ON l.p = e.p AND l.o = e.o AND l.w = e.w`,
		types.QuoteIdent(partitionColumn), types.QuoteIdent(offsetColumn), key, types.QuoteIdent(windowColumn), input, of, lateRows), c.view.Name, in.Name)
	if err != nil {
		return err
	}
	return c.leaveOutFound(in, "late when replayed")
}

// leaveOutFound leaves out what was found to be late, and forgets it: events that were late for all of their windows, and of the others these
// windows.
func (c *comparison) leaveOutFound(in *input, why string) error {
	err := c.results.exec(c.ctx, "INSERT INTO weir_verify.late_windows SELECT DISTINCT $1, p, o, win FROM weir_verify.late_found", in.Name)
	if err != nil {
		return err
	}
	windows := "SELECT p, o, NULL::VARCHAR AS win FROM weir_verify.late_found" // an event has one
	if c.hasWindow() {
		windows = fmt.Sprintf("SELECT %s AS p, %s AS o, %s AS win FROM (%s)", types.QuoteIdent(partitionColumn), types.QuoteIdent(offsetColumn),
			types.QuoteIdent(windowColumn), c.chain.inputSQL(c.eventsOf(in)))
	}
	err = c.results.exec(c.ctx, fmt.Sprintf(`INSERT INTO weir_verify.left_out SELECT $1, p, o, $2 FROM (
			SELECT e.p, e.o, count(*) AS windows, count(l.o) AS late
			FROM (SELECT DISTINCT p, o, win FROM (%s) SEMI JOIN (SELECT p, o FROM weir_verify.late_found) USING (p, o)) e
			LEFT JOIN (FROM weir_verify.late_windows WHERE source = $1) l ON l.p = e.p AND l.o = e.o AND l.win IS NOT DISTINCT FROM e.win
			GROUP BY e.p, e.o) WHERE late = windows`, windows), in.Name, why)
	if err != nil {
		return err
	}
	return c.results.exec(c.ctx, "DELETE FROM weir_verify.late_found")
}

// partly is how many events were late for some of their windows only.
func (c *comparison) partly() (int64, error) {
	return c.results.number(c.ctx, `SELECT count(*) FROM (SELECT DISTINCT source, p, o FROM weir_verify.late_windows l
		WHERE NOT EXISTS (FROM weir_verify.left_out x WHERE x.source = l.source AND x."partition" = l.p AND x."offset" = l.o))`)
}

// computePartly makes the batch where events were late for some of their windows.
func (c *comparison) computePartly() error {
	in := c.read[0]
	row := fmt.Sprintf("%s || ' ' || %s AS %s, ", types.QuoteIdent(partitionColumn), types.QuoteIdent(offsetColumn), types.QuoteIdent(rowColumn))
	err := c.results.exec(c.ctx, fmt.Sprintf(`CREATE OR REPLACE VIEW main.%s AS %s;
		CREATE OR REPLACE TABLE weir_verify.late_rows AS SELECT p || ' ' || o AS "row", win FROM weir_verify.late_windows`,
		types.QuoteIdent(in.Name), c.exposed(in, row)))
	if err != nil {
		return err
	}
	failed := c.results.exec(c.ctx, leavingOut()+c.wantSQL())
	if err := errors.Join(c.results.exec(c.ctx, windowMacros()), c.expose(in)); err != nil || failed == nil {
		return err
	}
	c.doubt = "events were late for some of their windows and count in others, and the batch cannot tell them apart: that needs hop() or " +
		"cumulate() to read the source itself"
	return c.results.exec(c.ctx, c.wantSQL())
}

func windowMacros() string {
	return strings.ReplaceAll(duckdb.WindowMacros(), "CREATE MACRO", "CREATE OR REPLACE MACRO")
}

// leavingOut makes hop() and cumulate() leave out the windows that events were late for. Otherwise they are as in windows.sql.
func leavingOut() string {
	sql := windowMacros()
	for macro, key := range map[string]string{"hop": "window_start", "cumulate": "window_end"} {
		begin := strings.Index(sql, "MACRO "+macro+"(")
		begin += strings.Index(sql[begin:], "AS TABLE") + len("AS TABLE")
		end := begin + strings.Index(sql[begin:], ";")
		sql = sql[:begin] + fmt.Sprintf(`
SELECT * EXCLUDE (%[1]s) FROM (%[2]s) "weir rows" WHERE NOT EXISTS (FROM weir_verify.late_rows "weir late"
	WHERE "weir late"."row" = "weir rows".%[1]s AND "weir late".win = "weir rows".%[3]s::VARCHAR)`, types.QuoteIdent(rowColumn), sql[begin:end], key) + sql[end:]
	}
	return sql
}
