package catalog

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weirdb/weir/engine"
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
	Sources []string // that it reads, also through other views, each once
	// Retention is how long rows stay in the table behind the watermark; 0 for ever.
	Retention time.Duration
	// About is what the definition says of it, for people, without the comments: see Catalog.About.
	About engine.About
	// Backfill is where it begins in its sources, as the option says; empty if it does not.
	Backfill string
	// Replaces is the view that this one is the successor of; empty unless it is in Catalog.Backfills.
	Replaces string
	// Alert says that this is one; nil for a view.
	Alert *Alert
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
	if !s.IfMissing && c.settleBackfill(s.Name, statement) { // of alerts there are none
		return nil
	}
	what, err := c.check(s.Kind(), s.Name, statement, s.Replace, s.IfMissing)
	if err != nil || what == keep {
		return err
	}
	made, err := c.newView(text, s)
	if err != nil {
		return err
	}
	made.Text = statement
	if what == replace && made.Alert == nil && made.Backfill != "" && !sameButAbout(c.View(made.Name), made) {
		c.backfill(made)
		return nil
	}
	if what == replace {
		return c.replaceView(made)
	}
	if err := c.define(made); err != nil {
		return err
	}
	c.Views = append(c.Views, made)
	c.changes = append(c.changes, Change{Kind: made.Kind(), Name: s.Name, Text: statement, View: made})
	return nil
}

func (c *Catalog) newView(text string, s parse.CreateView) (*View, error) {
	if s.Alert {
		return c.newAlert(text, s)
	}
	given := map[string]string{} // not expanded: EXPLAIN is open to readers, and a mistake would show them the environment
	for name, v := range s.With {
		given[name] = v.Text
	}
	options, err := validate(text, s.With, given, ViewOptions)
	if err != nil {
		return nil, err
	}
	planned, err := c.plan(text, s.Select, viewOptions(options))
	if err != nil {
		return nil, err
	}
	retention := options.Duration("retention")
	if retention > 0 && planned.Ages == nil {
		return nil, parse.Errorf(text, s.With["retention"].Pos,
			"retention: no column of the view says how old its rows are: select one that grows with event time and is not corrected later, such as window_start")
	}
	made, err := c.viewOf(text, s, planned)
	if err != nil {
		return nil, err
	}
	made.Backfill, made.Retention = options["backfill"], retention
	if _, _, err = made.begins(); err == nil {
		made.About, err = aboutOf(made, options)
	}
	return made, pointAt(text, s.With, err)
}

// viewOptions are those that say how a SELECT is planned.
func viewOptions(o engine.Options) planner.Options {
	return planner.Options{Emit: o["emit"], StateTTL: o.Duration("state_ttl"), AllowedLateness: o.Duration("allowed_lateness")}
}

// viewOf is the view of a planned SELECT, if it can be one.
func (c *Catalog) viewOf(text string, s parse.CreateView, planned *planner.View) (*View, error) {
	if err := c.refuseCycle(s.Name, planned.Views); err != nil {
		return nil, err
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

// ReadsView reports whether the view's SELECT reads another view of this name.
func (v *View) ReadsView(name string) bool {
	return slices.ContainsFunc(v.Views, func(s string) bool { return strings.EqualFold(s, name) })
}

// SQL is the statement that makes a view of the view's SELECT in a DuckDB with the functions of engine.Detectors.
func (v *View) SQL() string { return planner.ViewSQL(v.Name, v.Columns, v.Computed) }

// Below are the views that a view reads, also through other views, each behind those that it reads itself.
func (c *Catalog) Below(v *View) []*View {
	var out []*View
	for _, x := range c.Views {
		if readsThrough(c.Views, v, x.Name) {
			out = append(out, x)
		}
	}
	return out
}

// refuseCycle refuses a view that would read itself, by itself or through the views that it reads.
func (c *Catalog) refuseCycle(name string, reads []string) error {
	for _, read := range reads {
		if strings.EqualFold(read, name) {
			return fmt.Errorf("view %s would read itself", name)
		}
		if v := c.View(read); v != nil && readsThrough(c.Views, v, name) {
			return fmt.Errorf("view %s would read itself: it reads %s, which reads %s", name, v.Name, name)
		}
	}
	return nil
}

func repeatedColumn(v *planner.View) string {
	columns := make([]planner.Column, len(v.Columns))
	for i, c := range v.Columns {
		columns[i].Name = c.Name
	}
	return repeated(columns)
}
