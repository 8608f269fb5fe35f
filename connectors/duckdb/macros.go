package duckdb

import (
	"context"
	"errors"
	"fmt"
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

// tableMacro reports whether a table function is a macro of a user's.
func tableMacro(ctx context.Context, s *session, name string) bool {
	found := false
	err := s.each(ctx, "SELECT 1 FROM weir.catalog WHERE kind = 'MACRO' AND lower(name) = $1", func(row) { found = true }, name)
	return err == nil && found
}
