package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/parse"
)

// Answer is what a SHOW, DESCRIBE or EXPLAIN says: a table of text.
type Answer struct {
	Columns []string
	Rows    [][]string
}

func (c *Catalog) show(s parse.Show) *Answer {
	switch s.What {
	case "SOURCES":
		a := &Answer{Columns: []string{"source", "connector", "format", "columns", "watermark"}}
		for _, x := range c.Sources {
			a.Rows = append(a.Rows, []string{x.Name, x.Connector.Name, x.Format, fmt.Sprint(len(x.Columns)), watermarkText(x)})
		}
		return a
	case "SINKS":
		a := &Answer{Columns: []string{"sink", "view", "connector", "format"}}
		for _, x := range c.Sinks {
			a.Rows = append(a.Rows, []string{x.Name, x.View, x.Connector.Name, x.Format})
		}
		return a
	case "ALERTS":
		return c.showAlerts()
	case "MACROS":
		a := &Answer{Columns: []string{"macro", "kind", "definition"}}
		for _, m := range c.Macros {
			kind := "scalar"
			if m.Table {
				kind = "table"
			}
			a.Rows = append(a.Rows, []string{m.Name, kind, strings.Join(strings.Fields(m.Text), " ")})
		}
		return a
	}
	a := &Answer{Columns: []string{"view", "source", "views", "emit", "select"}}
	for _, v := range c.Views {
		if v.Alert != nil {
			continue
		}
		a.Rows = append(a.Rows, []string{v.Name, strings.Join(v.Sources, ", "), strings.Join(v.Views, ", "), v.Emit, strings.Join(strings.Fields(v.Select), " ")})
	}
	return a
}

func watermarkText(s *Source) string {
	if s.EventTime < 0 {
		return ""
	}
	return fmt.Sprintf("%s - %s", s.Columns[s.EventTime].Name, s.Delay)
}

func (c *Catalog) describe(s parse.Describe) (*Answer, error) {
	var columns []types.Field
	switch {
	case c.Source(s.Name) != nil:
		columns = c.Source(s.Name).Columns
	case c.View(s.Name) != nil:
		columns = c.View(s.Name).Columns
	case c.sink(s.Name) != nil:
		columns = c.ReadBy(c.sink(s.Name)).Columns
	default:
		return nil, fmt.Errorf("there is no source, view, sink or alert %s", s.Name)
	}
	a := &Answer{Columns: []string{"column_name", "column_type"}}
	for _, f := range columns {
		a.Rows = append(a.Rows, []string{f.Name, f.Type.String()})
	}
	if v := c.View(s.Name); v != nil {
		c.describeAbout(a, v)
	}
	return a, nil
}

// describeAbout adds the columns' units and comments.
func (c *Catalog) describeAbout(a *Answer, v *View) {
	about := c.About(v)
	a.Columns = append(a.Columns, "unit", "comment")
	for i, f := range v.Columns {
		a.Rows[i] = append(a.Rows[i], about.Units[f.Name], about.Comments[f.Name])
	}
}

func (c *Catalog) explain(text string, s parse.Explain) (*Answer, error) {
	v := c.View(s.Name)
	if s.View != nil {
		var err error
		if v, err = c.newView(text, *s.View); err != nil {
			return nil, err
		}
	}
	if v == nil {
		return nil, fmt.Errorf("there is no MATERIALIZED VIEW or ALERT %s%s", s.Name, c.namesOf(parse.View))
	}
	a := &Answer{Columns: []string{"plan"}}
	for _, line := range strings.Split(strings.TrimRight(c.Explain(v), "\n"), "\n") {
		a.Rows = append(a.Rows, []string{line})
	}
	return a, nil
}

// Explain prints a view's plan, the columns that are decoded for it, and which expressions have kernels.
func (c *Catalog) Explain(v *View) string {
	var b strings.Builder
	fmt.Fprintf(&b, "emit %s\n%s", v.Emit, plan.Print(v.Plan))
	if len(v.Views) > 0 {
		fmt.Fprintf(&b, "computed anew in place of the views %s\n", strings.Join(v.Views, ", "))
	}
	for _, name := range v.Sources {
		c.explainDecoded(&b, v, name)
	}
	for _, s := range plan.StateOf(v.Plan) {
		ever := ""
		if s.Grows {
			ever = ", for ever"
		}
		fmt.Fprintf(&b, "state: %s%s (%s)\n", s.Keeps, ever, s.Node)
	}
	c.explainAlert(&b, v)
	if warning := v.Growth(); warning != "" {
		fmt.Fprintf(&b, "warning: %s\n", warning)
	}
	foreign := c.inDuckDB(v.Plan)
	if len(foreign) == 0 {
		b.WriteString("computed by kernels: every expression\n")
	}
	for _, e := range foreign {
		fmt.Fprintf(&b, "computed in DuckDB, a batch at a time: %s\n", e)
	}
	return b.String()
}

// explainDecoded says which columns of a source are decoded for a view.
func (c *Catalog) explainDecoded(b *strings.Builder, v *View, name string) {
	source := c.Source(name)
	if source == nil {
		return
	}
	var names []string
	for _, s := range plan.Scans(v.Plan) {
		for _, f := range s.Needs() {
			if s.Source == name && !slices.Contains(names, f.Name) {
				names = append(names, f.Name)
			}
		}
	}
	fmt.Fprintf(b, "decoded from %s: %d of %d columns: %s\n", source.Name, len(names), len(source.Columns), strings.Join(names, ", "))
}

func (c *Catalog) inDuckDB(root plan.Node) []string {
	var out []string
	plan.Walk(root, func(n plan.Node) {
		var exprs []*plan.Expr
		switch n := n.(type) {
		case *plan.Filter:
			exprs = n.Predicates
		case *plan.Project:
			exprs = n.Exprs
		}
		for _, e := range exprs {
			for _, part := range c.config.InDuckDB(e) {
				out = append(out, part.String())
			}
		}
	})
	return out
}
