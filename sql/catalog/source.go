package catalog

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/metadata"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/duckplan"
	"github.com/weirdb/weir/sql/parse"
	"github.com/weirdb/weir/sql/planner"
)

// Source is a defined source.
type Source struct {
	*planner.Source
	Text       string // the statement
	Connector  engine.Connector
	Format     string
	FormatSpec *engine.FormatSpec // nil if the connector has no format, or reads it itself
	Options    engine.Options     // all of them, expanded and checked
}

// Source finds a source by name; nil if there is none.
func (c *Catalog) Source(name string) *Source {
	for _, s := range c.Sources {
		if strings.EqualFold(s.Name, name) {
			return s
		}
	}
	return nil
}

func (c *Catalog) createSource(text string, s parse.CreateSource) error {
	statement := s.Of(text)
	what, err := c.check(parse.Source, s.Name, statement, s.Replace, s.IfMissing)
	if err != nil || what == keep {
		return err
	}
	made, err := c.newSource(text, s)
	if err == nil && what == replace {
		made.Text = statement
		err = c.replaceSource(made)
	}
	if err != nil {
		return c.redefineViews(c.undefine(s.Name, err))
	}
	if what == replace {
		return nil
	}
	made.Text = statement
	c.Sources = append(c.Sources, made)
	c.changes = append(c.changes, Change{Kind: parse.Source, Name: s.Name, Text: statement})
	return nil
}

func (c *Catalog) newSource(text string, s parse.CreateSource) (*Source, error) {
	made := &Source{}
	var err error
	made.Connector, err = c.connector(text, s.With, "connector", func(x engine.Connector) bool { return x.Source != nil })
	if err != nil {
		return nil, err
	}
	if made.Format, made.FormatSpec, err = c.format(text, s.With, made.Connector); err != nil {
		return nil, err
	}
	declared := slices.Concat(sourceOptions(made.Connector), made.Connector.SourceOptions)
	if made.FormatSpec != nil {
		declared = slices.Concat(declared, made.FormatSpec.Options)
	}
	given, err := c.expand(text, s.With)
	if err != nil {
		return nil, err
	}
	if made.Options, err = validate(text, s.With, given, declared); err != nil {
		return nil, err
	}
	if made.Source, err = c.defineSource(text, s, made); err != nil {
		return made, err
	}
	if err := checkTimed(text, s.With, made); err != nil {
		return made, err
	}
	made.Unique, err = uniqueOf(text, s.With, made)
	return made, err
}

// checkTimed refuses options about event times for a source that has none.
func checkTimed(text string, with parse.With, s *Source) error {
	for _, name := range []string{maxFuture, maxAhead, uniqueKey} {
		if given, ok := with[name]; ok && s.EventTime < 0 {
			return parse.Errorf(text, given.Pos, "option %s: source %s has no event time: declare WATERMARK FOR a column", name, s.Name)
		}
	}
	if given, ok := with[maxAhead]; ok && !s.Connector.Holds {
		return parse.Errorf(text, given.Pos, "option %s: partitions of connector %s cannot wait for each other", maxAhead, s.Connector.Name)
	}
	return nil
}

// defineSource settles columns and watermark: those that are declared, or those that the connector fixes.
func (c *Catalog) defineSource(text string, s parse.CreateSource, made *Source) (*planner.Source, error) {
	columns := planner.Columns(text, s.Columns)
	eventTime, watermark := "", ""
	if s.Watermark != nil {
		eventTime, watermark = s.Watermark.Column, s.Watermark.Expr.Of(text)
	}
	if made.Connector.Schema != nil && (len(columns) == 0 || watermark == "") {
		fixed, fixedTime, fixedWatermark, err := made.Connector.Schema(made.Options)
		if err != nil {
			return nil, err
		}
		if len(columns) == 0 {
			columns = fixedColumns(fixed)
		}
		if watermark == "" && slices.ContainsFunc(columns, func(x planner.Column) bool { return x.Name == fixedTime }) {
			eventTime, watermark = fixedTime, fixedWatermark
		}
	}
	if len(columns) == 0 {
		return nil, fmt.Errorf("source %s declares no columns: write CREATE SOURCE %s (name TYPE, …)", s.Name, s.Name)
	}
	if twice := repeated(columns); twice != "" {
		return nil, fmt.Errorf("source %s declares column %s twice", s.Name, twice)
	}
	defined, err := c.config.Planner.DefineSource(s.Name, columns, eventTime, watermark)
	if err != nil {
		return defined, placeInSource(err, text, s)
	}
	return defined, checkMetadata(text, s, defined, made.Connector)
}

// checkMetadata wants columns whose names are kept for metadata to be such.
func checkMetadata(text string, s parse.CreateSource, defined *planner.Source, x engine.Connector) error {
	for _, f := range defined.Columns {
		err := metadata.Check(f, x.Name, x.Metadata)
		for _, d := range s.Columns {
			if err != nil && d.Name == f.Name {
				return parse.Errorf(text, d.Type.Start, "%s", err)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func fixedColumns(fields []types.Field) []planner.Column {
	out := make([]planner.Column, len(fields))
	for i, f := range fields {
		out[i] = planner.Column{Name: f.Name, Type: f.Type.String()}
	}
	return out
}

func repeated(columns []planner.Column) string {
	seen := map[string]bool{}
	for _, c := range columns {
		if seen[strings.ToLower(c.Name)] {
			return c.Name
		}
		seen[strings.ToLower(c.Name)] = true
	}
	return ""
}

// placeInSource puts a mistake at the watermark or at the column whose type it names.
func placeInSource(err error, text string, s parse.CreateSource) error {
	var mistake *duckplan.Mistake
	var unsupported *duckplan.Unsupported
	if !errors.As(err, &mistake) && !errors.As(err, &unsupported) {
		return err
	}
	what, _, _ := strings.Cut(strings.ToUpper(err.Error()), " IS NOT SUPPORTED") // behind it are other types, to use instead
	if s.Watermark != nil && strings.HasPrefix(err.Error(), "WATERMARK") {
		return parse.Errorf(text, s.Watermark.Pos, "%s", err)
	}
	for _, d := range s.Columns {
		if strings.Contains(what, typeHead(d.Type.Of(text))) {
			return parse.Errorf(text, d.Type.Start, "column %s: %s", d.Name, err)
		}
	}
	if s.Watermark != nil {
		return parse.Errorf(text, s.Watermark.Pos, "%s", err)
	}
	return err
}

// undefine puts the planner back to what it knew of a source before a definition that does not work. It returns the mistake.
func (c *Catalog) undefine(name string, mistake error) error {
	old := c.Source(name)
	if old == nil {
		if err := c.config.Planner.DropSource(name); err != nil {
			return errors.Join(mistake, err)
		}
		return mistake
	}
	statements, err := parse.Statements(old.Text)
	if err == nil {
		_, err = c.newSource(old.Text, statements[0].(parse.CreateSource))
	}
	if err != nil {
		return errors.Join(mistake, err)
	}
	return mistake
}

// typeHead is a type's name without what stands in parentheses, as messages have it: INTEGER[2] is an ARRAY.
func typeHead(text string) string {
	head, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(text)), "(")
	if strings.HasSuffix(head, "]") && !strings.HasSuffix(head, "[]") {
		return " ARRAY"
	}
	return " " + strings.TrimSpace(head)
}

// replaceSource puts a new definition in place of an old one. Views on it are planned again; one whose plan changes is rebuilt,
// and all are if positions in the old one mean nothing in the new one. If one of them does not work any
// more, nothing is replaced.
func (c *Catalog) replaceSource(made *Source) error {
	old := c.Source(made.Name)
	moved := movedFrom(old, made)
	changes := []Change{{Kind: parse.Source, Name: made.Name, Text: made.Text, Rebuild: moved != "", Why: sourceDifferences(old, made)}}
	views := slices.Clone(c.Views)
	more, err := c.replanAll(views, func(v *View) bool { return v.Reads(made.Name) }, moved)
	if err != nil {
		return err
	}
	if err := c.refuseRebuilds(more); err != nil {
		return err
	}
	changes = append(changes, more...)
	at := slices.IndexFunc(c.Sources, func(s *Source) bool { return strings.EqualFold(s.Name, made.Name) })
	c.Sources[at], c.Views, c.changes = made, views, append(c.changes, changes...)
	return nil
}

// movedFrom says why positions in a source mean nothing in the one that takes its place: they are the connector's, and the format's too where
// the connector reads that itself, as bytes in one file and rows in another. Empty if they do.
func movedFrom(old, made *Source) string {
	switch {
	case made.Connector.Name != old.Connector.Name:
		return fmt.Sprintf("source %s has connector '%s' now: positions in '%s' mean nothing there", made.Name, made.Connector.Name, old.Connector.Name)
	case made.Format != old.Format && (made.FormatSpec == nil || old.FormatSpec == nil):
		return fmt.Sprintf("source %s has format '%s' now: positions in '%s' mean nothing there", made.Name, made.Format, old.Format)
	}
	return ""
}
