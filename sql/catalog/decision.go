package catalog

import (
	"slices"

	"github.com/weirdb/weir/sql/parse"
)

// Action is what a statement has done to its object.
type Action string

// The actions.
const (
	Unchanged Action = "unchanged"
	Created   Action = "created"
	Replaced  Action = "replaced"
	Dropped   Action = "dropped"
	Altered   Action = "altered"  // paused, resumed, silenced, commented on, or given another column
	Executed  Action = "executed" // a statement about a plain table
)

// Decision is what became of one statement of a text that was applied.
type Decision struct {
	Kind   parse.Kind // empty for a plain table
	Name   string     // as it is written where the object was created
	Action Action
	At     parse.Span // in the text
	// Changes are what it has changed: its own object, then those that had to change with it.
	Changes []Change
}

// Decisions returns what became of each statement that defines something, since the last call.
func (c *Catalog) Decisions() []Decision {
	out := c.decisions
	c.decisions = nil
	return out
}

// decide notes what became of a statement: existed says whether its object was there before.
func (c *Catalog) decide(s parse.Statement, existed bool, changes []Change) {
	d := Decision{At: s.At(), Action: Unchanged, Changes: slices.Clone(changes)}
	d.Kind, d.Name = subject(s)
	switch s.(type) {
	case parse.Show, parse.Describe, parse.Explain:
		return
	case parse.ChangeTable:
		d.Action = Executed
	case parse.Alter, parse.Comment:
		if len(changes) > 0 {
			d.Action = Altered
		}
	case parse.Drop:
		if len(changes) > 0 {
			d.Action = Dropped
		}
	default:
		d.Action = createdOrReplaced(existed, len(changes) > 0)
	}
	if _, written, _, ok := c.find(d.Kind, d.Name); ok {
		d.Name = written
	}
	c.decisions = append(c.decisions, d)
}

func createdOrReplaced(existed, changed bool) Action {
	switch {
	case !changed:
		return Unchanged
	case existed:
		return Replaced
	}
	return Created
}

// subject is what a statement is about.
func subject(s parse.Statement) (kind parse.Kind, name string) {
	switch s := s.(type) {
	case parse.CreateSource:
		return parse.Source, s.Name
	case parse.CreateView:
		return s.Kind(), s.Name
	case parse.CreateSink:
		return parse.Sink, s.Name
	case parse.CreateMacro:
		return parse.Macro, s.Name
	case parse.Drop:
		return s.Kind, s.Name
	case parse.Alter:
		return s.Kind, s.Name
	case parse.Comment:
		return parse.View, s.Name
	case parse.ChangeTable:
		return "", s.Name
	}
	return "", ""
}

// exists reports whether what a statement is about is there.
func (c *Catalog) exists(s parse.Statement) bool {
	kind, name := subject(s)
	_, _, _, ok := c.find(kind, name)
	return ok
}
