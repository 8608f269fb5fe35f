package catalog

import (
	"bytes"
	"cmp"
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

// replaceView puts a new definition in place of an old one. The view is rebuilt, unless its plan is the same. Views on it are planned
// again, and those whose plan changes are rebuilt. If one of them does not work any more, nothing is replaced.
func (c *Catalog) replaceView(made *View) error {
	views := slices.Clone(c.Views)
	at := slices.IndexFunc(views, func(v *View) bool { return strings.EqualFold(v.Name, made.Name) })
	change, err := replacement(views[at], made)
	if err != nil {
		return err
	}
	views[at] = made
	views = inOrder(views)
	changes := []Change{change}
	if err = c.define(made); err == nil {
		var more []Change
		more, err = c.replanAll(views, func(v *View) bool { return v != made && readsThrough(views, v, made.Name) }, "")
		changes = append(changes, more...)
	}
	if err != nil {
		return c.redefineViews(err)
	}
	c.Views, c.changes = views, append(c.changes, changes...)
	return nil
}

// replacement is what happens to a view that gets another text.
func replacement(old, made *View) (Change, error) {
	same, err := samePlan(old, made)
	same = same && old.Retention == made.Retention
	change := Change{Kind: made.Kind(), Name: made.Name, Text: made.Text, View: made, Rebuild: !same, Kept: same}
	if change.Why = append(aboutDifferences(old, made), "the plan is the same"); !same {
		change.Why = viewDifferences(old, made)
	}
	if made.Alert != nil && old.Alert != nil {
		change.Why = append(optionDifferences(old.Text, made.Text), change.Why...)
	}
	return change, err
}

// replanAll plans views again, in place: those that are touched by a change, in order. It returns what changes for the views whose
// plans are others now or, where everything has moved, which moved then says, for all of them. Views that do not work any more are all
// named, unless the text that is being applied replaces them further down.
func (c *Catalog) replanAll(views []*View, touched func(*View) bool, moved string) ([]Change, error) {
	var changes []Change
	var broken []string
	var cause error
	if err := c.refuseBackfilled(touched); err != nil {
		return nil, err
	}
	for i, v := range views {
		if !touched(v) {
			continue
		}
		planned, change, err := c.replanOne(v, moved)
		switch {
		case err != nil && c.restated(views, v):
			changes = append(changes, waits(v, moved)...)
		case err != nil:
			broken = append(broken, v.Name)
			cause = cmp.Or(cause, err)
		default:
			views[i] = planned
			changes = append(changes, change...)
		}
	}
	if len(broken) > 0 {
		return nil, brokenViews(broken, cause)
	}
	return changes, c.checkMacros()
}

// waits is what happens to a view that does not work until the text replaces it further down: nothing but that it cannot go on at its
// positions if everything has moved, whatever it is replaced by.
func waits(v *View, moved string) []Change {
	if moved == "" {
		return nil
	}
	return []Change{{Kind: v.Kind(), Name: v.Name, Text: v.Text, View: v, Rebuild: true, Why: []string{moved}}}
}

// brokenViews is the error for views that do not work any more; cause is why the first does not.
func brokenViews(names []string, cause error) error {
	const way = "replace or drop them in the same text, below this statement"
	if len(names) == 1 {
		return fmt.Errorf("view %s does not work with the new definition: %w\n%s", names[0], cause, strings.Replace(way, "them", "it", 1))
	}
	return fmt.Errorf("views %s do not work with the new definition: %s: %w\n%s", strings.Join(names, ", "), names[0], cause, way)
}

// replanOne plans a view again, and tells the planner. There is no change if the plan is the same and nothing has moved.
func (c *Catalog) replanOne(v *View, moved string) (planned *View, changes []Change, err error) {
	if planned, err = c.replan(v); err == nil {
		err = c.define(planned)
	}
	if err != nil {
		return nil, nil, err
	}
	same, err := samePlan(v, planned)
	if err != nil || same && moved == "" {
		return planned, nil, err
	}
	why := []string{moved}
	if !same {
		why = viewDifferences(v, planned)
	}
	return planned, []Change{{Kind: v.Kind(), Name: v.Name, Text: v.Text, View: planned, Rebuild: true, Why: why}}, nil
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

// define tells the planner of a view. An alert is not read by its SELECT.
func (c *Catalog) define(v *View) error {
	if v.Alert != nil {
		return nil
	}
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
