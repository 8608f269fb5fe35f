package parse

// createMacro takes [IF NOT EXISTS] name (parameters) AS [TABLE] …, of which it looks at the name, and at the word TABLE.
func (p *parser) createMacro(start int, replace bool) (Statement, error) {
	s := CreateMacro{Replace: replace, IfMissing: p.ifNotExists()}
	at := p.at
	name, err := p.name("the macro's name")
	if err != nil {
		return nil, err
	}
	s.Name = name.Text
	if !p.peek().Is("(") {
		return nil, p.unexpected("( and the macro's parameters")
	}
	p.parentheses()
	if err := p.expect("AS"); err != nil {
		return nil, err
	}
	s.Table = p.accept("TABLE")
	if _, err := p.restOfStatement(); err != nil {
		return nil, err
	}
	s.Definition, s.Span = p.span(at), p.span(start)
	return s, nil
}

// parentheses takes everything up to the parenthesis that closes the next one.
func (p *parser) parentheses() {
	for depth := 0; p.peek().Kind != End; {
		t := p.next()
		if t.Is("(") {
			depth++
		}
		if t.Is(")") {
			if depth--; depth == 0 {
				return
			}
		}
	}
}
