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
	kind, ok := p.runs()
	if !ok {
		return nil, p.unexpected("SOURCE, MATERIALIZED VIEW, SINK or TABLE")
	}
	s := Alter{Kind: kind}
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
