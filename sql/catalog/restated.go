package catalog

import (
	"slices"
	"strings"

	"github.com/weirdb/weir/sql/parse"
)

// A text says how things are to be in the end. Where a source loses a column and a view that has read it is replaced or dropped further
// down, the view need not work in between:
//
//	CREATE OR REPLACE SOURCE bid (…, without channel);        totals reads channel: it waits
//	CREATE OR REPLACE MATERIALIZED VIEW totals AS …;          and is settled here

// below are the statements that follow the one that is being applied.
type below struct {
	text       string
	statements []parse.Statement
}

// restated reports whether a view that does not work any more is replaced or dropped further down, or reads one that is: it is planned
// again with that.
func (c *Catalog) restated(views []*View, v *View) bool {
	if slices.ContainsFunc(c.below.statements, func(s parse.Statement) bool { return c.below.restates(v, s) }) {
		return true
	}
	return slices.ContainsFunc(views, func(x *View) bool { return v.ReadsView(x.Name) && c.restated(views, x) })
}

// restates reports whether a statement puts another view in a view's place, at once, or drops it.
func (b *below) restates(v *View, s parse.Statement) bool {
	switch s := s.(type) {
	case parse.Drop:
		return s.Kind == v.Kind() && strings.EqualFold(s.Name, v.Name)
	case parse.CreateView:
		_, beside := s.With["backfill"]
		return strings.EqualFold(s.Name, v.Name) && s.Replace && !beside && !sameTokens(s.Of(b.text), v.Text)
	}
	return false
}
