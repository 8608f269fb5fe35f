package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirdb/weir/sql/parse"
	"github.com/weirdb/weir/sql/planner"
)

// Macro is a defined macro.
type Macro struct {
	planner.Macro
	Statement string
}

// Macro finds a macro by name; nil if there is none.
func (c *Catalog) Macro(name string) *Macro {
	for _, m := range c.Macros {
		if strings.EqualFold(m.Name, name) {
			return m
		}
	}
	return nil
}

func (c *Catalog) createMacro(text string, s parse.CreateMacro) error {
	statement := s.Of(text)
	what, err := c.check(parse.Macro, s.Name, statement, s.Replace, s.IfMissing)
	if err != nil || what == keep {
		return err
	}
	made := &Macro{Macro: planner.Macro{Name: s.Name, Table: s.Table, Text: s.Definition.Of(text)}, Statement: statement}
	if err := c.config.Planner.DefineMacro(text, s.Definition, &made.Macro); err != nil {
		return err
	}
	changes, err := c.afterMacro(s.Name)
	if err != nil {
		return err
	}
	if at := slices.Index(c.Macros, c.Macro(s.Name)); at >= 0 {
		c.Macros[at] = made
	} else {
		c.Macros = append(c.Macros, made)
	}
	c.changes = append(append(c.changes, Change{Kind: parse.Macro, Name: s.Name, Text: statement, Macro: made}), changes...)
	return nil
}

// afterMacro plans all views again, once the planner has another macro of a name or none: any of them may use it, and it may have
// the name of one of DuckDB's functions. It returns the views that change. If something does not work any more, the planner is put
// back to the catalog's macro.
func (c *Catalog) afterMacro(name string) ([]Change, error) {
	views := slices.Clone(c.Views)
	changes, err := c.replanAll(views, func(*View) bool { return true }, "")
	if err == nil {
		c.Views = views
		return changes, nil
	}
	if old := c.Macro(name); old == nil {
		_ = c.config.Planner.DropMacro(name) // what is wrong with it is known
	} else if undo := c.defineMacro(old); undo != nil {
		return nil, undo
	}
	return nil, c.redefineViews(err)
}

// defineMacro tells the planner of a macro.
func (c *Catalog) defineMacro(m *Macro) error {
	return c.config.Planner.DefineMacro(m.Text, parse.Span{End: len(m.Text)}, &m.Macro)
}

// dropMacro drops a macro that nothing needs.
func (c *Catalog) dropMacro(m *Macro) error {
	var users []string
	for _, v := range c.Views {
		needed, err := c.config.Planner.Needs(v.Select, m.Name)
		if err != nil {
			return err
		}
		if needed {
			users = append(users, "view "+v.Name)
		}
	}
	for _, caller := range c.config.Planner.Callers(m.Name) {
		users = append(users, "macro "+caller)
	}
	if len(users) > 0 {
		return fmt.Errorf("MACRO %s is used by %s: drop that first", m.Name, strings.Join(users, ", "))
	}
	if err := c.config.Planner.DropMacro(m.Name); err != nil {
		return err
	}
	changes, err := c.afterMacro(m.Name)
	if err != nil {
		return fmt.Errorf("MACRO %s is used: %w", m.Name, err)
	}
	c.Macros = slices.DeleteFunc(c.Macros, func(x *Macro) bool { return x == m })
	c.changes = append(append(c.changes, Change{Kind: parse.Macro, Name: m.Name, Rebuild: true}), changes...)
	return nil
}

// checkMacros checks that all macros still work.
func (c *Catalog) checkMacros() error {
	if broken, err := c.config.Planner.CheckMacros(); err != nil {
		return fmt.Errorf("macro %s does not work any more: %w", broken, err)
	}
	return nil
}

// DefineIn makes the macros and some views in a DuckDB in which the sources are tables. Exec runs a statement. It returns the errors
// of the views that cannot be made, by name. Macros that cannot are left out: they are over what the DuckDB does not have.
func (c *Catalog) DefineIn(views []*View, exec func(sql string) error) map[string]error {
	macros, waiting := slices.Clone(c.Macros), slices.Clone(views)
	for {
		before, failed := len(macros)+len(waiting), map[string]error{}
		macros = slices.DeleteFunc(macros, func(m *Macro) bool { return exec(m.SQL()) == nil })
		waiting = slices.DeleteFunc(waiting, func(v *View) bool {
			err := exec(v.SQL())
			if err != nil {
				failed[v.Name] = err
			}
			return err == nil
		})
		if len(waiting)+len(macros) == 0 || len(macros)+len(waiting) == before {
			return failed
		}
	}
}
