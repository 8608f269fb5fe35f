package parse

// Alter is ALTER SOURCE | MATERIALIZED VIEW | SINK | ALERT name PAUSE | RESUME, ALTER SOURCE name ADD | DROP COLUMN, or ALTER ALERT name
// SILENCE | UNSILENCE.
type Alter struct {
	Span
	Kind    Kind
	Name    string
	NamePos int
	Pause   bool          // or resume
	Column  *AlterColumn  // what is done to a column, instead; nil for all else
	Silence *AlterSilence // likewise, for SILENCE and UNSILENCE
}

// AlterColumn is ADD [COLUMN] [IF NOT EXISTS] name type [CASCADE], or DROP [COLUMN] [IF EXISTS] name [CASCADE].
type AlterColumn struct {
	ColumnDef      // without a type for DROP
	Drop      bool // or add
	Lenient   bool // IF NOT EXISTS, IF EXISTS
	Cascade   bool // views that change with it are computed anew
}

func (p *parser) alter(start int) (Statement, error) {
	kind, ok := p.runs()
	if !ok {
		return nil, p.unexpected("SOURCE, MATERIALIZED VIEW, SINK, ALERT or TABLE")
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
	case kind == Source && p.accept("ADD"):
		s.Column, err = p.addColumn()
	case kind == Source && p.accept("DROP"):
		s.Column, err = p.dropColumn()
	case kind == Alert && p.accept("SILENCE"):
		s.Silence, err = p.silence()
	case kind == Alert && p.accept("UNSILENCE"):
		s.Silence = &AlterSilence{End: true}
	case kind == Alert:
		return nil, p.unexpected("PAUSE, RESUME, SILENCE or UNSILENCE")
	case kind == Source:
		return nil, p.unexpected("ADD COLUMN, DROP COLUMN, PAUSE or RESUME")
	default:
		return nil, p.unexpected("PAUSE or RESUME")
	}
	s.Span = p.span(start)
	return s, err
}

func (p *parser) addColumn() (*AlterColumn, error) {
	p.accept("COLUMN")
	c := &AlterColumn{Lenient: p.ifNotExists()}
	name, err := p.name("a column's name")
	if err != nil {
		return nil, err
	}
	c.Name, c.Pos = name.Text, name.Pos
	at := p.at
	for !p.peek().Is(";") && !p.peek().Is("CASCADE") && p.peek().Kind != End {
		p.next()
	}
	if p.at == at {
		return nil, p.unexpected("a type")
	}
	c.Type = p.span(at)
	c.Cascade = p.accept("CASCADE")
	return c, nil
}

func (p *parser) dropColumn() (*AlterColumn, error) {
	p.accept("COLUMN")
	c := &AlterColumn{Drop: true, Lenient: p.accept("IF", "EXISTS")}
	name, err := p.name("a column's name")
	if err != nil {
		return nil, err
	}
	c.Name, c.Pos = name.Text, name.Pos
	c.Cascade = p.accept("CASCADE")
	return c, nil
}
