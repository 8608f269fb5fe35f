package catalog

import (
	"fmt"

	"github.com/weirdb/weir/sql/parse"
)

// Definition is a definition as a database keeps it.
type Definition struct {
	Kind, Name string
	Text       string // the statement
}

// load takes in one definition. A view under another name than its statement's is the successor of that one.
func (c *Catalog) load(d Definition) error {
	if d.Kind == string(parse.Remark) {
		return c.loadRemark(d.Text)
	}
	statements, err := parse.Statements(d.Text)
	if err != nil {
		return err
	}
	if v, ok := statements[0].(parse.CreateView); ok && d.Name == successor(v.Name) {
		return c.loadBackfill(d.Text)
	}
	_, err = c.Apply(d.Text)
	return err
}

// Load takes in definitions that have been accepted before; they are no changes. One that was replaced has kept its place, so that
// it may stand before what it reads: what does not work yet is tried again behind the others.
func (c *Catalog) Load(definitions []Definition) error {
	for len(definitions) > 0 {
		var waiting []Definition
		var first error
		for _, d := range definitions {
			if err := c.load(d); err != nil {
				waiting = append(waiting, d)
				if first == nil {
					first = fmt.Errorf("definition of %s %s in the database: %w", d.Kind, d.Name, err)
				}
			}
		}
		if len(waiting) == len(definitions) {
			return first
		}
		definitions = waiting
	}
	c.Changes()
	c.Decisions()
	return nil
}
