package duckdb

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// WindowMacros are the statements that make tumble, hop, cumulate and session in any DuckDB, as they are in the result database.
func WindowMacros() string { return windowsSQL }

// DefineMacro makes a macro of a user's, in place of one of its name, so that SELECTs that use it run in the result database. One over
// what is no table here, such as a source, is left out: no SELECT that uses it could run.
func (c *Catalog) DefineMacro(name, sql string) error {
	if err := c.DropMacro(name); err != nil {
		return err
	}
	err := c.store.session.exec(c.ctx, sql)
	var mistake *Error
	if errors.As(err, &mistake) && (mistake.Kind == "Catalog" || mistake.Kind == "Binder") {
		return nil
	}
	if err != nil {
		return fmt.Errorf("defining macro %s: %w", name, err)
	}
	return nil
}

// DropMacro drops a macro of a user's, if it is there.
func (c *Catalog) DropMacro(name string) error {
	full := database + "." + tableName(name) // with the database: a function of DuckDB's own may have the name
	if err := c.store.session.exec(c.ctx, "DROP MACRO IF EXISTS "+full+"; DROP MACRO TABLE IF EXISTS "+full); err != nil {
		return fmt.Errorf("dropping macro %s: %w", name, err)
	}
	return nil
}

// macroNames are the macros of users', in lower case, and whether each may read a table that an argument names: by query_table, or by another
// that does.
func macroNames(ctx context.Context, s *session) (map[string]bool, error) {
	texts, names := map[string]string{}, map[string]bool{}
	err := s.each(ctx, "SELECT lower(name), lower(sql) FROM weir.catalog WHERE kind = 'MACRO'", func(r row) {
		texts[r.text(0)], names[r.text(0)] = r.text(1), strings.Contains(r.text(1), "query")
	})
	if err != nil {
		return nil, err
	}
	for more := true; more; {
		more = false
		for name, text := range texts {
			if !names[name] && usesAny(text, names) {
				names[name], more = true, true
			}
		}
	}
	return names, nil
}

// usesAny reports whether a text may use one of the macros that read what they are given.
func usesAny(text string, names map[string]bool) bool {
	for name, reads := range names {
		if reads && strings.Contains(text, name) {
			return true
		}
	}
	return false
}
