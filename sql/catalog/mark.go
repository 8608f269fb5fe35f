package catalog

import (
	"errors"
	"maps"
	"slices"

	"github.com/weirdb/weir/sql/parse"
)

// Mark is what an ALTER or a COMMENT can change, as it was.
type Mark struct {
	sources  []*Source
	views    []*View
	paused   []string
	silences []Silence
	remarks  map[string]remark
}

// Mark notes how the definitions are, for Restore.
func (c *Catalog) Mark() Mark {
	return Mark{slices.Clone(c.Sources), slices.Clone(c.Views), slices.Clone(c.paused), slices.Clone(c.silences), maps.Clone(c.remarks)}
}

// Restore goes back to a mark, when what an ALTER has changed could not be stored.
func (c *Catalog) Restore(m Mark) error {
	c.Sources, c.Views, c.paused, c.silences, c.remarks = m.sources, m.views, m.paused, m.silences, m.remarks
	var errs []error
	for _, s := range c.Sources {
		statements, err := parse.Statements(s.Text)
		if err == nil {
			_, err = c.newSource(s.Text, statements[0].(parse.CreateSource))
		}
		errs = append(errs, err)
	}
	return c.redefineViews(errors.Join(errs...))
}
