package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/parse"
)

// What is paused is kept as a statement among the definitions, of kind parse.Pause, which is applied again when they are loaded:
//
//	PAUSE   MATERIALIZED VIEW hot   ALTER MATERIALIZED VIEW "hot" PAUSE
//
// RESUME removes it; so does DROP, of what was paused. A definition that is replaced stays paused.

// Paused reports whether an object is paused.
func (c *Catalog) Paused(kind parse.Kind, name string) bool {
	return slices.Contains(c.paused, pauseName(kind, name))
}

// pauseName names the pause of an object, by the name as it was created.
func pauseName(kind parse.Kind, name string) string { return string(kind) + " " + name }

// alter pauses or resumes something, or changes a column. What is so already stays.
func (c *Catalog) alter(text string, s parse.Alter) error {
	kind, written, _, ok := c.find(s.Kind, s.Name)
	if !ok || kind != s.Kind {
		return fmt.Errorf("there is no %s %s%s", s.Kind, s.Name, c.namesOf(s.Kind))
	}
	switch {
	case s.Silence != nil:
		return c.alterSilence(text, s)
	case s.Column != nil:
		return c.alterColumn(text, s)
	case s.Pause == c.Paused(kind, written):
	case s.Pause:
		name := pauseName(kind, written)
		c.paused = append(c.paused, name)
		c.changes = append(c.changes, Change{Kind: parse.Pause, Name: name, Text: fmt.Sprintf("ALTER %s %s PAUSE", kind, types.QuoteIdent(written))})
	default:
		c.resume(kind, written)
	}
	return nil
}

// resume forgets a pause, if there is one.
func (c *Catalog) resume(kind parse.Kind, name string) {
	if at := slices.Index(c.paused, pauseName(kind, name)); at >= 0 {
		c.paused = slices.Delete(c.paused, at, at+1)
		c.changes = append(c.changes, Change{Kind: parse.Pause, Name: pauseName(kind, name)})
	}
}

// States are the words that SHOW has for what does not run: paused, or stopped, by name. What is SOURCES, VIEWS, QUERIES, SINKS or ALERTS.
func (c *Catalog) States(what string) map[string]string {
	out := map[string]string{}
	state := func(kind parse.Kind, name string) {
		if out[name] = "stopped"; c.Paused(kind, name) {
			out[name] = "paused"
		}
	}
	switch strings.ToUpper(what) {
	case "SOURCES":
		for _, x := range c.Sources {
			state(parse.Source, x.Name)
		}
	case "VIEWS", "QUERIES":
		for _, x := range c.Views {
			state(x.Kind(), x.Name)
		}
	case "ALERTS":
		for _, x := range c.Alerts() {
			state(x.Kind(), x.Name)
		}
	case "SINKS":
		for _, x := range c.Sinks {
			state(parse.Sink, x.Name)
		}
	}
	return out
}
