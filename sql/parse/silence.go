package parse

// AlterSilence is SILENCE FOR 'duration' [WHERE condition], SILENCE UNTIL 'time' [WHERE condition], or UNSILENCE.
type AlterSilence struct {
	End   bool   // or begin
	For   string // a duration; empty if Until is given
	Until string // a time
	Pos   int    // of either
	Where Span   // which transitions; empty for all
}

func (p *parser) silence() (*AlterSilence, error) {
	s := &AlterSilence{}
	until := p.accept("UNTIL")
	if !until && !p.accept("FOR") {
		return nil, p.unexpected("FOR 'a duration' or UNTIL 'a time'")
	}
	t := p.peek()
	switch {
	case t.Kind != String && until:
		return nil, p.unexpected("a time such as '2026-01-31 18:00'")
	case t.Kind != String:
		return nil, p.unexpected("a duration such as '2 hours'")
	}
	p.next()
	if s.Pos = t.Pos; until {
		s.Until = t.Text
	} else {
		s.For = t.Text
	}
	var err error
	if p.accept("WHERE") {
		s.Where, err = p.condition()
	}
	return s, err
}
