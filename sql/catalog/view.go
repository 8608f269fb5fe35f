package catalog

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/sql/parse"
	"github.com/weirdb/weir/sql/planner"
)

// View is a defined materialized view.
type View struct {
	*planner.View
	Name    string
	Text    string // the statement
	Select  string
	Sources []string // that it reads, each once
}

// View finds a view by name; nil if there is none.
func (c *Catalog) View(name string) *View {
	for _, v := range c.Views {
		if strings.EqualFold(v.Name, name) {
			return v
		}
	}
	return nil
}

func (c *Catalog) createView(text string, s parse.CreateView) error {
	statement := s.Of(text)
	what, err := c.check(parse.View, s.Name, statement, s.Replace, s.IfMissing)
	if err != nil || what == keep {
		return err
	}
	made, err := c.newView(text, s)
	if err != nil {
		return err
	}
	made.Text = statement
	change := Change{Kind: parse.View, Name: s.Name, Text: statement, View: made}
	if what == replace {
		for i, v := range c.Views {
			if strings.EqualFold(v.Name, s.Name) {
				c.Views[i], change.Rebuild = made, true
			}
		}
	} else {
		c.Views = append(c.Views, made)
	}
	c.changes = append(c.changes, change)
	return nil
}

func (c *Catalog) newView(text string, s parse.CreateView) (*View, error) {
	given := map[string]string{} // not expanded: EXPLAIN is open to readers, and a mistake would show them the environment
	for name, v := range s.With {
		given[name] = v.Text
	}
	options, err := validate(text, s.With, given, ViewOptions)
	if err != nil {
		return nil, err
	}
	planned, err := c.plan(text, s.Select, planner.Options{Emit: options["emit"], StateTTL: options.Duration("state_ttl")})
	if err != nil {
		return nil, c.pointAtViews(err)
	}
	if twice := repeatedColumn(planned); twice != "" {
		return nil, fmt.Errorf("view %s has two columns called %s: name one of them with AS", s.Name, twice)
	}
	for _, column := range planned.Columns {
		if column.Type.Unnamed() {
			return nil, parse.Errorf(text, s.Select.Start, "column %s is a row without field names: name them, as in {'a': x, 'b': y}", column.Name)
		}
	}
	return &View{View: planned, Name: s.Name, Select: s.Select.Of(text), Sources: sourcesOf(planned.Plan)}, nil
}

// sourcesOf are the names of the sources that a plan reads, each once.
func sourcesOf(root plan.Node) []string {
	var out []string
	for _, s := range plan.Scans(root) {
		if !slices.Contains(out, s.Source) {
			out = append(out, s.Source)
		}
	}
	return out
}

// Growth says that the view's state can grow for ever, why, and what bounds it; empty if it cannot.
func (v *View) Growth() string {
	for _, s := range plan.StateOf(v.Plan) {
		if s.Grows {
			return fmt.Sprintf("the state of %s can grow without end: it keeps %s for ever (%s); a window, or WITH (state_ttl = '1 day'), bounds it",
				v.Name, s.Keeps, s.Node)
		}
	}
	return ""
}

// Reads reports whether the view reads a source of this name.
func (v *View) Reads(source string) bool {
	return slices.ContainsFunc(v.Sources, func(s string) bool { return strings.EqualFold(s, source) })
}

// pointAtViews says more about a table that is missing, if it is a view: a view reads sources only.
func (c *Catalog) pointAtViews(err error) error {
	var mistake *parse.Error
	if !errors.As(err, &mistake) {
		return err
	}
	for _, v := range c.Views {
		if strings.HasPrefix(mistake.Message, "Table with name "+v.Name+" does not exist!") {
			return parse.Errorf(mistake.Text, mistake.Pos,
				"%s is a view, and a view reads a source: write the other view's SELECT in its place, as FROM (SELECT …)", v.Name)
		}
	}
	return err
}

func repeatedColumn(v *planner.View) string {
	columns := make([]planner.Column, len(v.Columns))
	for i, c := range v.Columns {
		columns[i].Name = c.Name
	}
	return repeated(columns)
}

// replan plans a view's stored statement again.
func (c *Catalog) replan(v *View) (*View, error) {
	statements, err := parse.Statements(v.Text)
	if err != nil {
		return nil, err
	}
	made, err := c.newView(v.Text, statements[0].(parse.CreateView))
	if err == nil {
		made.Text = v.Text
	}
	return made, err
}

// samePlan reports whether two plans are the same to the last type, so that results and state of one go with the other.
func samePlan(a, b *View) (bool, error) {
	before, err := plan.Marshal(a.Plan)
	if err != nil {
		return false, err
	}
	after, err := plan.Marshal(b.Plan)
	return bytes.Equal(before, after), err
}
