package catalog

import (
	"slices"
	"strings"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/sql/parse"
)

// Sink is a defined sink.
type Sink struct {
	Name      string
	Text      string // the statement
	View      string // or, if it is Kept, a table of Weir's own, with its schema
	Kept      bool
	Where     string // of the rows of that table, those that it gets; empty for all
	Connector engine.Connector
	Format    string
	Options   engine.Options
	checked   *View // as it was when the sink was found to go with it
}

// MaxOutbox is beyond how many bytes waiting the sink's view stands still; 0 for never. A table of Weir's own does not stand still: the sink
// reads on from it.
func (s *Sink) MaxOutbox() int64 { return s.Options.Bytes(maxOutbox) }

func (c *Catalog) sink(name string) *Sink {
	for _, s := range c.Sinks {
		if strings.EqualFold(s.Name, name) {
			return s
		}
	}
	return nil
}

func (c *Catalog) createSink(text string, s parse.CreateSink) error {
	statement := s.Of(text)
	what, err := c.check(parse.Sink, s.Name, statement, s.Replace, s.IfMissing)
	if err != nil || what == keep {
		return err
	}
	made, err := c.newSink(text, s)
	if err != nil {
		return err
	}
	made.Text = statement
	change := Change{Kind: parse.Sink, Name: s.Name, Text: statement}
	if what == replace {
		for i, old := range c.Sinks {
			if strings.EqualFold(old.Name, s.Name) {
				// What waits for a sink that now goes elsewhere still has to be delivered; that of another view does not.
				c.Sinks[i], change.Rebuild = made, old.View != made.View
			}
		}
	} else {
		c.Sinks = append(c.Sinks, made)
	}
	c.changes = append(c.changes, change)
	return nil
}

func (c *Catalog) newSink(text string, s parse.CreateSink) (*Sink, error) {
	view, err := c.readBySink(text, s)
	if err != nil {
		return nil, err
	}
	return c.sinkOn(text, s.With, "connector", view, &Sink{Name: s.Name, View: view.Name, Kept: s.Schema != "", Where: s.Where.Of(text)})
}

// sinkOn gives a sink the connector and the options that a WITH list names; called is what the statement calls the connector's option.
func (c *Catalog) sinkOn(text string, with parse.With, called string, view *View, made *Sink) (_ *Sink, err error) {
	made.Connector, err = c.connector(text, with, called, func(x engine.Connector) bool { return x.Sink != nil })
	if err != nil {
		return nil, err
	}
	if made.Format, _, err = c.format(text, with, made.Connector); err != nil {
		return nil, err
	}
	given, err := c.expand(text, with)
	if err != nil {
		return nil, err
	}
	made.Options, err = validate(text, with, given, slices.Concat(SinkOptions, made.Connector.SinkOptions))
	if err != nil {
		return nil, err
	}
	return made, pointAt(text, with, made.check(view))
}

// Config is what the sink's connector is told.
func (s *Sink) Config(view *View) engine.SinkConfig {
	return engine.SinkConfig{
		Name: s.Name, Format: s.Format, View: view.Name, Columns: view.Columns, Updating: view.Updating, Alert: view.Alert != nil, Labels: view.labels(), Options: s.Options,
	}
}

// check asks the connector whether the sink goes with the view.
func (s *Sink) check(view *View) error {
	s.checked = view
	if s.Connector.CheckSink == nil {
		return nil
	}
	return s.Connector.CheckSink(s.Config(view))
}

// checkSinks sees that sinks whose views have been replaced go with the new ones, as the statements leave both.
func (c *Catalog) checkSinks(text string, statements []parse.Statement) error {
	for _, s := range c.Sinks {
		view := c.ReadBy(s)
		if view == nil || view == s.checked {
			continue
		}
		if err := s.check(view); err != nil {
			return parse.Errorf(text, cause(statements, view.Name).At().Start,
				"sink %s does not go with the new %s: %s; replace the sink too, or DROP SINK %s", s.Name, view.Name, err, s.Name)
		}
	}
	return nil
}

// cause is the statement that makes a view, or the last one, if it came about by another.
func cause(statements []parse.Statement, view string) parse.Statement {
	for _, s := range statements {
		if made, ok := s.(parse.CreateView); ok && strings.EqualFold(made.Name, view) {
			return s
		}
	}
	return statements[len(statements)-1]
}
