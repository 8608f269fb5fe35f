package catalog

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/sql/parse"
)

// A view that is replaced WITH (backfill = …) goes on while its successor is computed beside it, under another name. Once that has
// caught up, it takes the view's place.
//
//	bid ─► v                      ─► table v                           the old definition, until …
//	bid ─► v (backfill), history  ─► table "v (backfill)" ─ becomes ─► table v

// The values of backfill, beside a time.
const (
	backfillEarliest = "earliest"
	backfillLatest   = "latest"
)

// successor is what a view's successor is called until it has its place.
func successor(view string) string { return view + " (backfill)" }

// backfillLayouts are how a time may be written.
var backfillLayouts = []string{"2006-01-02", "2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02T15:04:05", time.RFC3339}

// begins is where a view with this option begins: at the source's beginning if it is zero; known is false if the view does not say.
func (v *View) begins() (at time.Time, known bool, err error) {
	switch v.Backfill {
	case "":
		return at, false, nil
	case backfillEarliest:
		return at, true, nil
	case backfillLatest:
		return engine.Latest, true, nil
	}
	for _, layout := range backfillLayouts {
		if at, err = time.Parse(layout, v.Backfill); err == nil {
			return at, true, nil
		}
	}
	return at, false, fmt.Errorf("option backfill = '%s': allowed are '%s', '%s' and a time such as '2026-01-01 06:00', in UTC if it has no offset",
		v.Backfill, backfillEarliest, backfillLatest)
}

// Begins is where the view begins if it has read nothing of a source yet, zero for the source's beginning: its own option says, or
// else what is given.
func (v *View) Begins(otherwise time.Time) time.Time {
	if at, known, _ := v.begins(); known { // newView has parsed it
		return at
	}
	return otherwise
}

// backfillOf is the successor of a view that is being computed; nil if there is none.
func (c *Catalog) backfillOf(view string) *View {
	for _, b := range c.Backfills {
		if strings.EqualFold(b.Replaces, view) {
			return b
		}
	}
	return nil
}

// backfill begins to compute a view's successor.
func (c *Catalog) backfill(made *View) {
	made.Replaces, made.Name = made.Name, successor(made.Name)
	c.Backfills = append(c.Backfills, made)
	c.changes = append(c.changes, Change{Kind: parse.View, Name: made.Name, Text: made.Text, View: made})
}

// settleBackfill looks at a statement about a view whose successor is being computed. The one that began it changes nothing; any other
// gives the successor up.
func (c *Catalog) settleBackfill(view, statement string) (goesOn bool) {
	b := c.backfillOf(view)
	if b == nil {
		return false
	}
	if sameTokens(b.Text, statement) {
		return true
	}
	c.Backfills = slices.DeleteFunc(c.Backfills, func(x *View) bool { return x == b })
	c.changes = append(c.changes, Change{Kind: parse.View, Name: b.Name, Rebuild: true})
	return false
}

// checkBackfills sees that nobody depends on a view whose successor is being computed: what reads it, or delivers its changes, would
// have to be computed anew together with it.
func (c *Catalog) checkBackfills(text string, statements []parse.Statement) error {
	for _, b := range c.Backfills {
		if users := c.Users(b.Replaces); len(users) > 0 {
			return parse.Errorf(text, cause(statements, b.Replaces).At().Start, "view %s is used by %s, and cannot be replaced with backfill: "+
				"drop that first, or replace the view without backfill, which empties it and computes it anew", b.Replaces, strings.Join(users, ", "))
		}
	}
	return nil
}

// refuseBackfilled refuses to plan anew what a successor is being computed with.
func (c *Catalog) refuseBackfilled(touched func(*View) bool) error {
	for _, b := range c.Backfills {
		if touched(b) {
			return fmt.Errorf("the successor of view %s is being computed (backfill) and depends on this: wait until it has taken its place, or give it "+
				"up by stating the view's old definition", b.Replaces)
		}
	}
	return nil
}

// loadBackfill takes in a successor that a database was computing.
func (c *Catalog) loadBackfill(text string) error {
	statements, err := parse.Statements(text)
	if err != nil {
		return err
	}
	made, err := c.newView(text, statements[0].(parse.CreateView))
	if err == nil {
		made.Text = statements[0].At().Of(text)
		c.backfill(made)
	}
	return err
}

// Succeed puts a successor in its view's place.
func (c *Catalog) Succeed(b *View) error {
	made := *b
	made.Name, made.Replaces = b.Replaces, ""
	if err := c.define(&made); err != nil {
		return err
	}
	at := slices.IndexFunc(c.Views, func(v *View) bool { return strings.EqualFold(v.Name, made.Name) })
	c.Views[at] = &made
	c.Views = inOrder(c.Views)
	c.Backfills = slices.DeleteFunc(c.Backfills, func(x *View) bool { return x == b })
	return nil
}
