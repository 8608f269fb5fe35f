package duckdb

import (
	"fmt"
	"slices"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// Succession puts one view in the place of another.
type Succession struct {
	From, To string // the successor's name, and the view's that it replaces
	// Sources are the names under which the successor has read its sources, and what they are called.
	Sources map[string]string
}

// Succeed drops a view's table, and gives its name to its successor's, with its positions, state and late rows. Late rows of the old one
// since it was defined stay under another name. The entries in the catalog are the caller's to change.
func (c *Catalog) Succeed(s Succession) error {
	const keepLate = `UPDATE weir.late_rows SET view = view || ' (replaced)' WHERE view = $1
		AND "at" >= (SELECT created FROM weir.catalog WHERE kind = 'MATERIALIZED VIEW' AND name = $1)`
	if _, err := c.store.session.execute(c.ctx, keepLate, s.To); err != nil {
		return fmt.Errorf("keeping the late rows of view %s: %w", s.To, err)
	}
	if err := c.DropView(s.To); err != nil {
		return err
	}
	delete(c.store.tables, s.From)
	if err := c.store.session.exec(c.ctx, fmt.Sprintf("ALTER TABLE %s RENAME TO %s", tableName(s.From), types.QuoteIdent(s.To))); err != nil {
		return fmt.Errorf("renaming the table of view %s: %w", s.From, err)
	}
	if err := c.rename(s); err != nil {
		return fmt.Errorf("renaming what is kept of view %s: %w", s.From, err)
	}
	c.forget(func(p engine.Position) bool { _, read := s.Sources[p.Source]; return read && p.Query == "" })
	for i, p := range c.next.Positions {
		if p.Query == s.From {
			c.next.Positions[i].Query, c.next.Positions[i].Source = s.To, s.source(p.Source)
		}
	}
	slices.SortFunc(c.next.Positions, comparePositions)
	for i := range c.next.State {
		if c.next.State[i].Query == s.From {
			c.next.State[i].Query = s.To
		}
	}
	return nil
}

// source is what a source is called, which the successor may have read under another name.
func (s *Succession) source(name string) string {
	if known, ok := s.Sources[name]; ok {
		return known
	}
	return name
}

// rename gives late rows, starts and what was dropped the view's name, and the sources' own.
func (c *Catalog) rename(s Succession) error {
	for _, sql := range []string{
		"UPDATE weir.late_rows SET view = $2 WHERE view = $1", "UPDATE weir.starts SET query = $2 WHERE query = $1",
		"UPDATE weir.expired SET view = $2 WHERE view = $1",
	} {
		if _, err := c.store.session.execute(c.ctx, sql, s.From, s.To); err != nil {
			return err
		}
	}
	if err := c.renameIn(s.From, s.To); err != nil {
		return err
	}
	for as, name := range s.Sources {
		for _, sql := range []string{"UPDATE weir.late_rows SET source = $2 WHERE source = $1", "UPDATE weir.starts SET source = $2 WHERE source = $1"} {
			if _, err := c.store.session.execute(c.ctx, sql, as, name); err != nil {
				return err
			}
		}
	}
	return nil
}
