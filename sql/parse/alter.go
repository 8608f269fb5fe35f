package parse

// Alter is ALTER SOURCE | MATERIALIZED VIEW | SINK name PAUSE | RESUME.
type Alter struct {
	Span
	Kind    Kind
	Name    string
	NamePos int
	Pause   bool // or resume
}

func (p *parser) alter(start int) (Statement, error) {
	s := Alter{}
	switch {
	case p.accept("SOURCE"):
		s.Kind = Source
	case p.accept("MATERIALIZED", "VIEW"), p.accept("VIEW"):
		s.Kind = View
	case p.accept("SINK"):
		s.Kind = Sink
	default:
		return nil, p.unexpected("SOURCE, MATERIALIZED VIEW, SINK or TABLE")
	}
	name, err := p.name("a name")
	if err != nil {
		return nil, err
	}
	s.Name, s.NamePos = name.Text, name.Pos
	switch {
	case p.accept("PAUSE"):
		s.Pause = true
	case p.accept("RESUME"):
	default:
		return nil, p.unexpected("PAUSE or RESUME")
	}
	s.Span = p.span(start)
	return s, nil
}
