package duckdb

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/weirdb/weir/engine/types"
)

// A plain table that views read has a history: what changed in it, row by row, in the order in which it was noticed. So a view can
// stand at a position in it, as in a topic, and commit that position with its results.
//
//	table rates         history of rates
//	EUR 1.1             0 +1 EUR 1.0
//	USD 0.9             1 +1 USD 0.9      view a stands at 2: to read, −EUR 1.0, +EUR 1.1
//	                    2 -1 EUR 1.0
//	                    3 +1 EUR 1.1
//
// When a table is opened, what no view has to read any more is merged: a row that came and went leaves no trace.

// historySchema has the histories, under the names of their tables.
const historySchema = "weir_tables"

// historyColumns stand before the table's own.
var historyColumns = []string{"weir_offset", "weir_weight"}

func historyName(table string) string {
	return database + "." + historySchema + "." + types.QuoteIdent(table)
}

// KeepTables says which plain tables views read now: these have a history, and others have none any longer.
func (c *Catalog) KeepTables(names []string) error {
	s := c.store.session
	kept, err := tablesOf(c.ctx, s, historySchema)
	if err != nil {
		return err
	}
	for _, t := range kept {
		if !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, t.Name) }) {
			if err := s.exec(c.ctx, "DROP TABLE "+historyName(t.Name)); err != nil {
				return fmt.Errorf("dropping the history of table %s: %w", t.Name, err)
			}
		}
	}
	for _, name := range names {
		if slices.ContainsFunc(kept, func(t PlainTable) bool { return strings.EqualFold(t.Name, name) }) {
			continue
		}
		err := s.exec(c.ctx, fmt.Sprintf(`CREATE SCHEMA IF NOT EXISTS %s.%s; CREATE TABLE %s AS
			SELECT 0::BIGINT AS weir_offset, 1::TINYINT AS weir_weight, * FROM %s LIMIT 0`, database, historySchema, historyName(name), mainTable(name)))
		if err != nil {
			return fmt.Errorf("creating the history of table %s: %w", name, err)
		}
	}
	return nil
}

// CheckTable wants a table that views read to be there, with the columns that it had when the first of them was made.
func (c *Catalog) CheckTable(name string) error {
	_, err := checkTable(c.ctx, c.store.session, name)
	return err
}

// checkTable returns the table.
func checkTable(ctx context.Context, s *session, name string) (*PlainTable, error) {
	kept, err := tableOf(ctx, s, historySchema, name)
	if err != nil {
		return nil, err
	}
	if kept == nil {
		return nil, fmt.Errorf("table %s has no history", name)
	}
	kept.Columns = kept.Columns[len(historyColumns):]
	now, err := tableOf(ctx, s, "main", name)
	if err != nil {
		return nil, err
	}
	if now == nil {
		return nil, fmt.Errorf("table %s is gone", name)
	}
	if how := kept.differs(now); how != "" {
		return nil, fmt.Errorf("table %s has other columns than when it was first read: %s", name, how)
	}
	return kept, nil
}

// tableOf finds a table of a schema; nil if there is none.
func tableOf(ctx context.Context, s *session, schema, name string) (*PlainTable, error) {
	tables, err := tablesOf(ctx, s, schema)
	for i := range tables {
		if strings.EqualFold(tables[i].Name, name) {
			return &tables[i], nil
		}
	}
	return nil, err
}

// netSQL is a SELECT of what a history's changes before an offset amount to.
func (t *PlainTable) netSQL(before int64) string {
	const side = "SELECT %s FROM %s WHERE weir_weight = %d AND weir_offset < %d"
	columns, history := t.columnList(), historyName(t.Name)
	return fmt.Sprintf(side, columns, history, 1, before) + " EXCEPT ALL " + fmt.Sprintf(side, columns, history, -1, before)
}

// mergeHistory merges the changes before an offset, which nobody stands in. A row without weight keeps the place of the last of them:
// offsets are not used again.
func (s *Store) mergeHistory(ctx context.Context, reader *session, t *PlainTable, before int64) error {
	history, gone := historyName(t.Name), int64(0)
	err := reader.each(ctx, fmt.Sprintf("SELECT count(*) FROM %s WHERE weir_weight < 0 AND weir_offset < %d", history, before), func(r row) { gone = r.int(0) })
	if err != nil || gone == 0 {
		return err
	}
	sql := fmt.Sprintf(`CREATE OR REPLACE TEMP TABLE weir_merged AS SELECT row_number() OVER () - 1, 1::TINYINT, * FROM (%s);
		DELETE FROM %s WHERE weir_offset < %d; INSERT INTO %[2]s FROM temp.weir_merged; DROP TABLE temp.weir_merged`, t.netSQL(before), history, before)
	if before < endOfHistory {
		sql += fmt.Sprintf("; INSERT INTO %s (weir_offset, weir_weight) VALUES (%d, 0)", history, before-1)
	}
	return s.changeHistory(ctx, sql)
}

// noteChanges adds to the history how the table differs from it. Rows that went stand before those that came.
func (s *Store) noteChanges(ctx context.Context, t *PlainTable) error {
	now := "SELECT " + t.columnList() + " FROM " + mainTable(t.Name)
	kept, history := t.netSQL(endOfHistory), historyName(t.Name)
	return s.changeHistory(ctx, fmt.Sprintf(`INSERT INTO %[1]s
		SELECT (SELECT coalesce(max(weir_offset), -1) FROM %[1]s) + row_number() OVER (ORDER BY weir_weight), * FROM (
			SELECT -1::TINYINT AS weir_weight, * FROM (%[2]s EXCEPT ALL %[3]s)
			UNION ALL SELECT 1::TINYINT, * FROM (%[3]s EXCEPT ALL %[2]s))`, history, "("+kept+")", now))
}

func (s *Store) changeHistory(ctx context.Context, sql string) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	return s.session.transaction(ctx, func() error { return s.session.exec(ctx, sql) })
}

// endOfHistory is behind every offset.
const endOfHistory = int64(1) << 62
