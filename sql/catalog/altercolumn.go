package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirdb/weir/sql/parse"
)

// ALTER SOURCE … ADD | DROP COLUMN is CREATE OR REPLACE SOURCE with the source's own statement, in which the column is put in or left out.
// Unlike that, it computes no view anew that would change with it, unless it says CASCADE.

func (c *Catalog) alterColumn(text string, s parse.Alter) error {
	source := c.Source(s.Name)
	statements, err := parse.Statements(source.Text)
	if err != nil {
		return err
	}
	old := statements[0].(parse.CreateSource)
	switch exists := columnNamed(source.Columns, s.Column.Name) >= 0; {
	case exists != s.Column.Drop && s.Column.Lenient:
		return nil
	case exists && !s.Column.Drop:
		return parse.Errorf(text, s.Column.Pos, "source %s has a column %s already", source.Name, s.Column.Name)
	case !exists && s.Column.Drop:
		return parse.Errorf(text, s.Column.Pos, "source %s has no column %s", source.Name, s.Column.Name)
	case len(old.Columns) == 0:
		return fmt.Errorf("source %s has the columns that connector '%s' gives: write CREATE OR REPLACE SOURCE with those that it is to have",
			source.Name, source.Connector.Name)
	case s.Column.Drop && len(old.Columns) == 1:
		return fmt.Errorf("column %s is the only one of source %s: DROP SOURCE %s instead", s.Column.Name, source.Name, source.Name)
	}
	if s.Column.Drop {
		edited, err := withoutColumn(source.Text, old, s.Column.Name)
		if err != nil {
			return err
		}
		return c.restateSource(edited, s.Column.Cascade)
	}
	return c.restateSource(withColumn(source.Text, old, text[s.Column.Pos:s.Column.Type.End]), s.Column.Cascade)
}

// restateSource puts another statement in the place of a source's.
func (c *Catalog) restateSource(statement string, cascade bool) error {
	statements, err := parse.Statements(statement)
	if err != nil {
		return err
	}
	s := statements[0].(parse.CreateSource)
	s.Replace, s.IfMissing, c.rebuildNothing = true, false, !cascade
	defer func() { c.rebuildNothing = false }()
	return c.createSource(statement, s)
}

// withColumn puts a column's definition behind the others.
func withColumn(statement string, s parse.CreateSource, definition string) string {
	end := s.Columns[len(s.Columns)-1].Type.End
	return statement[:end] + ", " + definition + statement[end:]
}

// withoutColumn leaves a column out, with the comma behind it or, if there is none, the one before it. WATERMARK may stand anywhere among
// the columns.
//
//	(a BIGINT, b BIGINT, WATERMARK FOR …)
//	           ^^^^^^^^^^
func withoutColumn(statement string, s parse.CreateSource, name string) (string, error) {
	at := slices.IndexFunc(s.Columns, func(d parse.ColumnDef) bool { return strings.EqualFold(d.Name, name) })
	start, end := s.Columns[at].Pos, s.Columns[at].Type.End
	tokens, err := parse.Tokens(statement)
	if err != nil {
		return "", err
	}
	before := slices.IndexFunc(tokens, func(t parse.Token) bool { return t.Pos == start }) - 1
	behind := slices.IndexFunc(tokens, func(t parse.Token) bool { return t.Pos >= end })
	if tokens[behind].Is(",") {
		return statement[:start] + statement[tokens[behind+1].Pos:], nil
	}
	return statement[:tokens[before].Pos] + statement[end:], nil
}

// refuseRebuilds refuses what would compute views anew, where a statement must not.
func (c *Catalog) refuseRebuilds(changes []Change) error {
	var names []string
	for _, x := range changes {
		if c.rebuildNothing && x.OfView() && x.Rebuild {
			names = append(names, "view "+x.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return fmt.Errorf("it changes what is computed by %s, which would be emptied and computed anew: write CASCADE behind the statement to have it so",
		strings.Join(names, ", "))
}
