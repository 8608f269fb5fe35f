package catalog

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/parse"
)

// A definition that others depend on is replaced in three steps: the planner is told of it, the views on it are planned again, and
// only if all of them still work does the catalog change. Otherwise the planner is told of the old definitions again.

// replaceView puts a new definition in place of an old one. Views on it are planned again, and those whose plan changes are
// rebuilt. If one of them does not work any more, nothing is replaced.
func (c *Catalog) replaceView(made *View) error {
	views := slices.Clone(c.Views)
	views[slices.IndexFunc(views, func(v *View) bool { return strings.EqualFold(v.Name, made.Name) })] = made
	views = inOrder(views)
	changes := []Change{{Kind: parse.View, Name: made.Name, Text: made.Text, View: made, Rebuild: true}}
	err := c.define(made)
	if err == nil {
		var more []Change
		more, err = c.replanAll(views, func(v *View) bool { return v != made && readsThrough(views, v, made.Name) }, false)
		changes = append(changes, more...)
	}
	if err != nil {
		return c.redefineViews(err)
	}
	c.Views, c.changes = views, append(c.changes, changes...)
	return nil
}

// replanAll plans views again, in place: those that are touched by a change, in order. It returns what changes for the views whose
// plans are others now or, where everything has moved, for all of them.
func (c *Catalog) replanAll(views []*View, touched func(*View) bool, moved bool) ([]Change, error) {
	var changes []Change
	if err := c.refuseBackfilled(touched); err != nil {
		return nil, err
	}
	for i, v := range views {
		if !touched(v) {
			continue
		}
		planned, err := c.replan(v)
		if err == nil {
			err = c.define(planned)
		}
		if err != nil {
			return nil, fmt.Errorf("view %s does not work with the new definition: %w", v.Name, err)
		}
		same, err := samePlan(v, planned)
		if err != nil {
			return nil, err
		}
		if views[i] = planned; moved || !same {
			changes = append(changes, Change{Kind: parse.View, Name: v.Name, Text: v.Text, View: planned, Rebuild: true})
		}
	}
	return changes, c.checkMacros()
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

// define tells the planner of a view.
func (c *Catalog) define(v *View) error {
	return c.config.Planner.DefineView(v.Name, v.Columns, v.Select)
}

// redefineViews puts the planner back to the catalog's views, after a mistake, which it returns.
func (c *Catalog) redefineViews(mistake error) error {
	for _, v := range c.Views {
		if err := c.define(v); err != nil {
			return errors.Join(mistake, err)
		}
	}
	return mistake
}

// samePlan reports whether two plans are the same to the last name and type, so that results and state of one go with the other.
func samePlan(a, b *View) (bool, error) {
	before, err := plan.Marshal(a.Plan)
	if err != nil {
		return false, err
	}
	after, err := plan.Marshal(b.Plan)
	same := func(x, y types.Field) bool { return x.Name == y.Name && x.Type.Equal(y.Type) }
	return bytes.Equal(before, after) && a.Emit == b.Emit && slices.EqualFunc(a.Columns, b.Columns, same), err
}

// readsThrough reports whether a view reads another one, by itself or through views that it reads.
func readsThrough(views []*View, v *View, name string) bool {
	return slices.ContainsFunc(v.Views, func(read string) bool {
		if strings.EqualFold(read, name) {
			return true
		}
		at := slices.IndexFunc(views, func(x *View) bool { return strings.EqualFold(x.Name, read) })
		return at >= 0 && readsThrough(views, views[at], name)
	})
}

// inOrder puts views behind those that they read, and otherwise leaves them in their order.
func inOrder(views []*View) []*View {
	var out []*View
	var add func(v *View)
	add = func(v *View) {
		if slices.Contains(out, v) {
			return
		}
		for _, x := range views {
			if v.ReadsView(x.Name) {
				add(x)
			}
		}
		out = append(out, v)
	}
	for _, v := range views {
		add(v)
	}
	return out
}
