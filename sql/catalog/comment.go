package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/parse"
)

// Comments are kept as statements among the definitions, of kind parse.Remark, as pauses are:
//
//	COMMENT   hot            COMMENT ON VIEW "hot" IS '…'
//	COMMENT   hot.auction    COMMENT ON COLUMN "hot"."auction" IS '…'
//
// They go when their view is dropped. A view that is replaced keeps them; one on a column that is gone counts again if the column comes back.

// remark is a comment on a view or, if column is not empty, on one of its columns.
type remark struct{ view, column, text string }

func (r remark) name() string {
	if r.column == "" {
		return r.view
	}
	return r.view + "." + r.column
}

func (r remark) statement() string {
	on := "VIEW " + types.QuoteIdent(r.view)
	if r.column != "" {
		on = "COLUMN " + types.QuoteIdent(r.view) + "." + types.QuoteIdent(r.column)
	}
	return fmt.Sprintf("COMMENT ON %s IS %s", on, types.QuoteString(r.text))
}

// comment sets or takes away a comment.
func (c *Catalog) comment(text string, s parse.Comment) error {
	v := c.View(s.Name)
	if v != nil && v.Alert != nil {
		return parse.Errorf(text, s.NamePos, "%s is an ALERT: WITH (summary = …, description = …) says what it is about", v.Name)
	}
	switch {
	case v == nil && s.Column != "" && c.tableNamed(s.Name) != nil:
		return c.changeTable(text, parse.ChangeTable{Span: s.Span, Name: s.Name, NamePos: s.NamePos})
	case v == nil:
		return parse.Errorf(text, s.NamePos, "there is no %s %s%s", parse.View, s.Name, c.namesOf(parse.View))
	}
	r := remark{view: v.Name, text: s.Text}
	if s.Column != "" {
		at := columnNamed(v.Columns, s.Column)
		if at < 0 {
			return parse.Errorf(text, s.ColumnPos, "view %s has no column %s; there are %s", v.Name, s.Column, columnNames(v.Columns))
		}
		r.column = v.Columns[at].Name
	}
	c.setRemark(r)
	return nil
}

// setRemark keeps a comment, or forgets it if it has no text. What is so already stays.
func (c *Catalog) setRemark(r remark) {
	before, had := c.remarks[r.name()]
	if before.text == r.text {
		return
	}
	change := Change{Kind: parse.Remark, Name: r.name(), Why: []string{"comment on " + r.name()}}
	if r.text == "" && had {
		delete(c.remarks, r.name())
	} else {
		c.remarks[r.name()] = r
		change.Text = r.statement()
	}
	c.changes = append(c.changes, change)
}

// loadRemark takes in a comment that a database keeps, whether or not there is such a column now.
func (c *Catalog) loadRemark(text string) error {
	statements, err := parse.Statements(text)
	if err != nil {
		return err
	}
	s, ok := statements[0].(parse.Comment)
	if !ok {
		return fmt.Errorf("%q is no comment", text)
	}
	r := remark{s.Name, s.Column, s.Text}
	c.remarks[r.name()] = r
	return nil
}

// forgetRemarks forgets the comments on a view.
func (c *Catalog) forgetRemarks(view string) {
	for _, name := range slices.Sorted(maps.Keys(c.remarks)) {
		if r := c.remarks[name]; strings.EqualFold(r.view, view) {
			r.text = ""
			c.setRemark(r)
		}
	}
}

// About is what people are told of a view: what its definition says, and the comments on it. A comment on the view goes before its
// description.
func (c *Catalog) About(v *View) engine.About {
	about := v.About
	about.Comments = map[string]string{}
	name := v.Name
	if v.Replaces != "" {
		name = v.Replaces
	}
	for _, r := range c.remarks {
		switch {
		case !strings.EqualFold(r.view, name):
		case r.column == "":
			about.Description = r.text
		case columnNamed(v.Columns, r.column) >= 0:
			about.Comments[r.column] = r.text
		}
	}
	return about
}
