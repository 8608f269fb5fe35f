package catalog

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/parse"
	"github.com/weirdb/weir/sql/planner"
)

// Tables is the result database, as far as plain tables go: those that users make, beside the views' own.
type Tables interface {
	// Tables lists the plain tables.
	Tables() ([]Table, error)
	// Execute runs a statement that changes a table. Mistakes in it may be a *parse.Error over the statement.
	Execute(table, sql string) error
}

// Table is a plain table.
type Table struct {
	Name    string
	Columns []planner.Column
}

// knownTable is a table that the planner has been told of, or why it could not be.
type knownTable struct {
	Table
	fields  []types.Field
	problem error
}

// changeTable runs a statement about a plain table in the result database.
func (c *Catalog) changeTable(text string, s parse.ChangeTable) error {
	kind, _, _, ours := c.find(s.Name)
	switch {
	case ours:
		return parse.Errorf(text, s.NamePos, "%s is a %s, and no plain table: only Weir writes to it", s.Name, kind)
	case c.config.Tables == nil:
		return errors.New("there is no result database for tables here")
	}
	if err := c.config.Tables.Execute(s.Name, s.Of(text)); err != nil {
		var mistake *parse.Error
		if errors.As(err, &mistake) && mistake.Pos >= 0 {
			return parse.Errorf(text, s.Start+mistake.Pos, "%s", mistake.Message)
		}
		return parse.Errorf(text, s.Start, "%s", err)
	}
	_, err := c.RefreshTables()
	return err
}

// RefreshTables has the planner know the tables of the result database as they are now. It reports whether that is news.
func (c *Catalog) RefreshTables() (news bool, err error) {
	if c.config.Tables == nil {
		return false, nil
	}
	tables, err := c.config.Tables.Tables()
	if err != nil {
		return false, err
	}
	now := map[string]*knownTable{}
	for _, t := range tables {
		key := strings.ToLower(t.Name)
		if _, _, _, ours := c.find(t.Name); ours {
			continue
		}
		now[key] = c.tables[key]
		if old := now[key]; old == nil || old.Name != t.Name || !slices.Equal(old.Columns, t.Columns) {
			now[key], news = c.knowTable(t), true
		}
	}
	for key, t := range c.tables {
		if now[key] == nil && c.Source(t.Name) == nil {
			news = true
			err = errors.Join(err, c.config.Planner.DropTable(t.Name))
		}
	}
	c.tables = now
	return news, err
}

func (c *Catalog) knowTable(t Table) *knownTable {
	fields, err := c.config.Planner.DefineTable(t.Name, t.Columns)
	return &knownTable{t, fields, err}
}

// plan plans a SELECT. If it names a table that is not known, the result database is asked.
func (c *Catalog) plan(text string, span parse.Span, o planner.Options) (*planner.View, error) {
	planned, err := c.config.Planner.Plan(text, span, o)
	if err == nil || !strings.Contains(err.Error(), "does not exist") {
		return planned, err
	}
	if news, failed := c.RefreshTables(); failed != nil {
		return nil, errors.Join(err, failed)
	} else if news {
		planned, err = c.config.Planner.Plan(text, span, o)
	}
	return planned, c.explainTable(err)
}

// explainTable says why a table that is there cannot be read.
func (c *Catalog) explainTable(err error) error {
	var mistake *parse.Error
	if !errors.As(err, &mistake) {
		return err
	}
	for _, t := range c.tables {
		if t.problem != nil && strings.HasPrefix(mistake.Message, "Table with name "+t.Name+" does not exist!") {
			return parse.Errorf(mistake.Text, mistake.Pos, "table %s cannot be read: %s", t.Name, t.problem)
		}
	}
	return err
}

// TablesRead are the names of the plain tables that some view reads, each once.
func (c *Catalog) TablesRead() []string {
	var out []string
	for _, v := range c.Views {
		for _, s := range plan.Scans(v.Plan) {
			if s.Table && !slices.Contains(out, s.Source) {
				out = append(out, s.Source)
			}
		}
	}
	return out
}

// TableColumns are the columns of a table that some view reads.
func (c *Catalog) TableColumns(name string) []types.Field { return c.tableNamed(name).fields }

// tableNamed is what is known of a table; nil if nothing is.
func (c *Catalog) tableNamed(name string) *knownTable { return c.tables[strings.ToLower(name)] }

// notATable refuses a name that a plain table has.
func (c *Catalog) notATable(name string) error {
	if t := c.tableNamed(name); t != nil {
		return fmt.Errorf("%s is the name of a table already", t.Name)
	}
	return nil
}
