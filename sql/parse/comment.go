package parse

// Comment is COMMENT ON [MATERIALIZED] VIEW name IS 'text', or COMMENT ON COLUMN view.column IS 'text'; IS NULL takes it away.
type Comment struct {
	Span
	Name    string // of the view, or of another table whose column it is
	NamePos int
	// Column is empty for the view itself.
	Column    string
	ColumnPos int
	Text      string // empty for none
}

func (p *parser) comment(start int) (Statement, error) {
	column := p.accept("COLUMN")
	if !column && !p.accept("MATERIALIZED", "VIEW") && !p.accept("VIEW") {
		return nil, p.unexpected("VIEW, COLUMN or TABLE")
	}
	s := Comment{}
	name, err := p.name("the name of a view")
	if err != nil {
		return nil, err
	}
	s.Name, s.NamePos = name.Text, name.Pos
	if column {
		if err := p.commentedColumn(&s); err != nil {
			return nil, err
		}
	}
	if err := p.expect("IS"); err != nil {
		return nil, err
	}
	switch t := p.peek(); {
	case t.Kind == String:
		s.Text = p.next().Text
	case !p.accept("NULL"):
		return nil, p.unexpected("'a comment' or NULL")
	}
	s.Span = p.span(start)
	return s, nil
}

// commentedColumn takes what stands behind the view's name: a point, and the column's.
func (p *parser) commentedColumn(s *Comment) error {
	if err := p.expect("."); err != nil {
		return err
	}
	name, err := p.name("the name of a column")
	s.Column, s.ColumnPos = name.Text, name.Pos
	return err
}
