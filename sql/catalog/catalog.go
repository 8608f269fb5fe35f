// Package catalog holds what statements have defined: sources, views, sinks and macros, checked and planned. It decides what a file of
// statements means for a database that has definitions already: running the same file again changes nothing, and a definition
// that differs must say OR REPLACE.
//
// To add a kind of object: its struct and create function in a file of its own, a case in Catalog.apply.
package catalog

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/sql/parse"
	"github.com/weirdb/weir/sql/planner"
)

// Config tells a catalog what there is to refer to.
type Config struct {
	Planner    *planner.Planner
	Connectors []engine.Connector
	Formats    []engine.FormatSpec
	// InDuckDB lists the parts of an expression that have no kernel, for EXPLAIN.
	InDuckDB func(*plan.Expr) []*plan.Expr
	// Tables has the plain tables that views may read; nil if there are none.
	Tables Tables
	// Getenv looks up an environment variable for ${NAME} in options; nil for os.LookupEnv.
	Getenv func(string) (string, bool)
	// Now is the clock by which alerts are silenced; nil for time.Now.
	Now func() time.Time
}

// Catalog is the set of definitions. One goroutine uses it at a time.
type Catalog struct {
	config  Config
	Sources []*Source
	Views   []*View
	Sinks   []*Sink
	// Backfills are the successors of views, while they are computed: see backfill.go.
	Backfills []*View
	tables    map[string]*knownTable // by name in lower case
	Macros    []*Macro
	silences  []Silence
	paused    []string          // as pauseName has them
	remarks   map[string]remark // by their names
	changes   []Change
	decisions []Decision
	below     below // while a text is applied
	// rebuildNothing says that what is being applied must not have views computed anew.
	rebuildNothing bool
}

// Change is what a statement did to the definitions.
type Change struct {
	Kind parse.Kind
	Name string
	Text string // the statement; empty for a drop
	View *View  // as the statement defines it; nil for other kinds and for a drop
	// Macro is what the statement defines; nil for other kinds and for a drop.
	Macro *Macro
	// Silence is what the statement defines; nil for other kinds and when one ends.
	Silence *Silence
	// Rebuild says that the object's results and state from before, if any, must go.
	Rebuild bool
	// Kept says that a view has another text, and goes on with its results and state: its plan is the same.
	Kept bool
	// Why says in what the definition differs from the one before; nil for what is new or dropped.
	Why []string
}

// OfView reports whether the change is one of a view or an alert: of what has a table.
func (c *Change) OfView() bool { return c.Kind == parse.View || c.Kind == parse.Alert }

// New makes an empty catalog.
func New(c Config) *Catalog {
	if c.Getenv == nil {
		c.Getenv = os.LookupEnv
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Catalog{config: c, remarks: map[string]remark{}}
}

// Changes returns what Apply has changed since the last call, in order.
func (c *Catalog) Changes() []Change {
	out := c.changes
	c.changes = nil
	return out
}

// Apply runs a text of statements. What SHOW, DESCRIBE and EXPLAIN answer is returned, in order. A mistake is a *parse.Error
// with its place; what the statements before it defined stays.
func (c *Catalog) Apply(text string) ([]Answer, error) {
	statements, err := parse.Statements(text)
	if err != nil {
		return nil, err
	}
	var answers []Answer
	defer func() { c.below = below{} }()
	for i, s := range statements {
		c.below = below{text, statements[i+1:]}
		existed, before := c.exists(s), len(c.changes)
		a, err := c.apply(text, s)
		if err != nil {
			return answers, at(err, text, s)
		}
		c.decide(s, existed, c.changes[before:])
		if a != nil {
			answers = append(answers, *a)
		}
	}
	if err := c.checkBackfills(text, statements); err != nil {
		return answers, err
	}
	return answers, c.checkSinks(text, statements)
}

// at gives an error without a place the statement's.
func at(err error, text string, s parse.Statement) error {
	if _, placed := err.(*parse.Error); placed {
		return err
	}
	return parse.Errorf(text, s.At().Start, "%s", err)
}

func (c *Catalog) apply(text string, s parse.Statement) (*Answer, error) {
	switch s := s.(type) {
	case parse.CreateSource:
		return nil, c.createSource(text, s)
	case parse.CreateView:
		return nil, c.createView(text, s)
	case parse.CreateSink:
		return nil, c.createSink(text, s)
	case parse.CreateMacro:
		return nil, c.createMacro(text, s)
	case parse.Drop:
		return nil, c.drop(s)
	case parse.Alter:
		return nil, c.alter(text, s)
	case parse.Comment:
		return nil, c.comment(text, s)
	case parse.ChangeTable:
		return nil, c.changeTable(text, s)
	case parse.Show:
		return c.show(s), nil
	case parse.Describe:
		return c.describe(s)
	case parse.Explain:
		return c.explain(text, s)
	}
	return nil, fmt.Errorf("no such statement: %T", s)
}

// existing settles what a CREATE does about an object of the same name.
type existing int

const (
	absent  existing = iota
	keep             // the same definition, or IF NOT EXISTS
	replace          // another one, and OR REPLACE
)

// check looks at a name before an object is created under it.
func (c *Catalog) check(kind parse.Kind, name, text string, orReplace, ifMissing bool) (existing, error) {
	oldKind, oldName, old, ok := c.find(kind, name)
	switch {
	case !ok && kind == parse.Macro:
		return absent, nil
	case !ok:
		return absent, c.notATable(name)
	case oldKind != kind:
		return absent, fmt.Errorf("%s is the name of a %s already", name, oldKind)
	case sameTokens(old, text), ifMissing:
		return keep, nil
	case orReplace && oldName != name:
		// Positions, state and sinks go by the name as it is written.
		return absent, fmt.Errorf("%s %s is written %s: write it the same way, or DROP %s %s first", kind, name, oldName, kind, oldName)
	case orReplace:
		return replace, nil
	}
	return absent, fmt.Errorf("%s %s exists with another definition: write CREATE OR REPLACE, or DROP %s %s first", kind, name, kind, name)
}

// find looks up an object, and tells how its name was written when it was created. Names are compared as DuckDB does, without
// regard to case. Macros have names of their own; what is looked for as one of the other kinds may be of any of them.
func (c *Catalog) find(as parse.Kind, name string) (kind parse.Kind, written, text string, ok bool) {
	if as == parse.Macro {
		if m := c.Macro(name); m != nil {
			return parse.Macro, m.Name, m.Statement, true
		}
		return "", "", "", false
	}
	if s := c.Source(name); s != nil {
		return parse.Source, s.Name, s.Text, true
	}
	if v := c.View(name); v != nil { // or an alert
		return v.Kind(), v.Name, v.Text, true
	}
	if s := c.sink(name); s != nil {
		return parse.Sink, s.Name, s.Text, true
	}
	return "", "", "", false
}

// sameTokens compares two statements without regard to white space, comments and OR REPLACE.
func sameTokens(a, b string) bool {
	return slices.Equal(words(a), words(b))
}

func words(text string) []string {
	tokens, err := parse.Tokens(text)
	if err != nil {
		return []string{text}
	}
	out := make([]string, len(tokens))
	for i, t := range tokens {
		if out[i] = t.Text; t.Kind == parse.Word && !t.Quoted {
			out[i] = strings.ToLower(t.Text)
		}
	}
	if len(out) > 3 && slices.Equal(out[:3], []string{"create", "or", "replace"}) {
		return append([]string{"create"}, out[3:]...)
	}
	return out
}

func (c *Catalog) drop(s parse.Drop) error {
	kind, written, _, ok := c.find(s.Kind, s.Name)
	if !ok && s.IfExists {
		return nil
	}
	if !ok || kind != s.Kind {
		return fmt.Errorf("there is no %s %s%s", s.Kind, s.Name, c.namesOf(s.Kind))
	}
	if kind == parse.Macro {
		return c.dropMacro(c.Macro(s.Name))
	}
	if kind == parse.View {
		c.settleBackfill(s.Name, "")
	}
	if users := c.Users(s.Name); len(users) > 0 {
		return fmt.Errorf("%s %s is used by %s: drop that first", s.Kind, s.Name, strings.Join(users, ", "))
	}
	if err := c.forget(kind, s.Name); err != nil {
		return err
	}
	same := func(name string) bool { return strings.EqualFold(name, s.Name) }
	c.Sources = slices.DeleteFunc(c.Sources, func(x *Source) bool { return same(x.Name) })
	c.Views = slices.DeleteFunc(c.Views, func(x *View) bool { return same(x.Name) })
	c.Sinks = slices.DeleteFunc(c.Sinks, func(x *Sink) bool { return same(x.Name) })
	c.changes = append(c.changes, Change{Kind: s.Kind, Name: written, Rebuild: true})
	c.resume(kind, written)
	switch kind {
	case parse.View:
		c.forgetRemarks(written)
	case parse.Alert:
		c.unsilence(written)
	}
	return nil
}

// forget has the planner forget a source or a view, unless a macro needs it.
func (c *Catalog) forget(kind parse.Kind, name string) error {
	var drop, undo func() error
	switch kind {
	case parse.Source:
		drop, undo = func() error { return c.config.Planner.DropSource(name) }, func() error { return c.undefine(name, nil) }
	case parse.View:
		drop, undo = func() error { return c.config.Planner.DropView(name) }, func() error { return c.define(c.View(name)) }
	default:
		return nil
	}
	if err := drop(); err != nil {
		return err
	}
	if broken, err := c.config.Planner.CheckMacros(); err != nil {
		return errors.Join(fmt.Errorf("%s %s is used by macro %s: drop that first", kind, name, broken), undo())
	}
	return nil
}

// Users names the views or sinks that read an object.
func (c *Catalog) Users(name string) []string {
	var out []string
	for _, v := range c.Views {
		if v.Reads(name) || v.ReadsView(name) {
			out = append(out, v.what()+" "+v.Name)
		}
	}
	for _, s := range c.Sinks {
		if !s.Kept && strings.EqualFold(s.View, name) {
			out = append(out, "sink "+s.Name)
		}
	}
	return out
}

func (c *Catalog) namesOf(kind parse.Kind) string {
	var names []string
	switch kind {
	case parse.Source:
		for _, s := range c.Sources {
			names = append(names, s.Name)
		}
	case parse.View:
		for _, v := range c.Views {
			if v.Alert == nil {
				names = append(names, v.Name)
			}
		}
	case parse.Alert:
		for _, v := range c.Alerts() {
			names = append(names, v.Name)
		}
	case parse.Sink:
		for _, s := range c.Sinks {
			names = append(names, s.Name)
		}
	case parse.Macro:
		for _, m := range c.Macros {
			names = append(names, m.Name)
		}
	}
	if len(names) == 0 {
		return ": there is none"
	}
	return "; there are " + strings.Join(names, ", ")
}
