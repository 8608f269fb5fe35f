// Package parse reads the heads of Weir's statements. It knows no SQL beyond them: SELECTs, types and expressions are handed
// on as text with their places, for DuckDB to parse.
//
// To add a statement: a struct in statement.go, a case in parser.statement, a row in parse_test.go.
package parse

import "strings"

// Statements parses a file of statements separated by semicolons.
func Statements(text string) ([]Statement, error) {
	tokens, err := Tokens(text)
	if err != nil {
		return nil, err
	}
	p := &parser{text: text, tokens: tokens}
	var out []Statement
	for {
		for p.accept(";") {
		}
		if p.peek().Kind == End {
			return out, nil
		}
		s, err := p.statement()
		if err != nil {
			return nil, err
		}
		if !p.peek().Is(";") && p.peek().Kind != End {
			return nil, p.unexpected("a semicolon")
		}
		out = append(out, s)
	}
}

type parser struct {
	text   string
	tokens []Token
	at     int
}

func (p *parser) peek() Token { return p.tokens[p.at] }

func (p *parser) next() Token {
	t := p.tokens[p.at]
	if t.Kind != End {
		p.at++
	}
	return t
}

// accept takes the given keywords or symbols if all of them come next.
func (p *parser) accept(words ...string) bool {
	for i, w := range words {
		if p.at+i >= len(p.tokens) || !p.tokens[p.at+i].Is(w) {
			return false
		}
	}
	p.at += len(words)
	return true
}

func (p *parser) expect(words ...string) error {
	if p.accept(words...) {
		return nil
	}
	return p.unexpected(strings.Join(words, " "))
}

func (p *parser) unexpected(want string) error {
	t := p.peek()
	if t.Kind == End {
		return Errorf(p.text, t.Pos, "the text ends here, but %s should follow", want)
	}
	return Errorf(p.text, t.Pos, "found %q where %s should stand", p.text[t.Pos:t.End], want)
}

func (p *parser) name(what string) (Token, error) {
	if t := p.peek(); t.Kind == Word && t.Text != "" {
		return p.next(), nil
	}
	return Token{}, p.unexpected(what)
}

// span is the text from the token at start up to the last one taken.
func (p *parser) span(start int) Span {
	return Span{Start: p.tokens[start].Pos, End: p.tokens[p.at-1].End}
}

// restOfStatement takes everything up to the next semicolon outside parentheses.
func (p *parser) restOfStatement() (Span, error) {
	start := p.at
	for !p.peek().Is(";") && p.peek().Kind != End {
		p.next()
	}
	if p.at == start {
		return Span{}, p.unexpected("a SELECT")
	}
	return p.span(start), nil
}

const statementForms = "CREATE SOURCE, CREATE MATERIALIZED VIEW, CREATE SINK, CREATE ALERT, CREATE TABLE, CREATE MACRO, INSERT INTO, ALTER, DROP, COMMENT ON, SHOW, DESCRIBE or EXPLAIN"

func (p *parser) statement() (Statement, error) {
	start := p.at
	if s, err := p.changeTable(); s != nil || err != nil {
		return s, err
	}
	switch {
	case p.accept("CREATE"):
		return p.create(start)
	case p.accept("DROP"):
		return p.drop(start)
	case p.accept("ALTER"):
		return p.alter(start)
	case p.accept("COMMENT", "ON"):
		return p.comment(start)
	case p.accept("SHOW"):
		return p.show(start)
	case p.accept("DESCRIBE"):
		name, err := p.name("the name of a source, view, sink or alert")
		return Describe{p.span(start), name.Text}, err
	case p.accept("EXPLAIN"):
		return p.explain(start)
	case p.peek().Is("SELECT"), p.peek().Is("WITH"), p.peek().Is("FROM"):
		return nil, Errorf(p.text, p.peek().Pos, "a bare query runs once: send it with `weir sql`; to keep it running, write CREATE MATERIALIZED VIEW name AS before it")
	}
	return nil, p.unexpected(statementForms)
}

func (p *parser) create(start int) (Statement, error) {
	replace := p.accept("OR", "REPLACE")
	switch {
	case p.accept("SOURCE"):
		return p.createSource(start, replace)
	case p.accept("MATERIALIZED", "VIEW"):
		return p.createView(start, replace, CreateView{})
	case p.accept("ALERT"):
		return p.createView(start, replace, CreateView{Alert: true})
	case p.accept("SINK"):
		return p.createSink(start, replace)
	case p.accept("MACRO"), p.accept("FUNCTION"):
		return p.createMacro(start, replace)
	case p.accept("MATERIALIZED"):
		return nil, p.unexpected("VIEW")
	case p.peek().Is("VIEW"):
		return nil, Errorf(p.text, p.peek().Pos, "a continuous query is a MATERIALIZED VIEW: write CREATE MATERIALIZED VIEW")
	}
	return nil, p.unexpected("SOURCE, MATERIALIZED VIEW, SINK, ALERT, TABLE or MACRO")
}

func (p *parser) ifNotExists() bool { return p.accept("IF", "NOT", "EXISTS") }

func (p *parser) createSource(start int, replace bool) (Statement, error) {
	s := CreateSource{Replace: replace, IfMissing: p.ifNotExists()}
	name, err := p.name("the source's name")
	if err != nil {
		return nil, err
	}
	s.Name = name.Text
	if p.accept("(") {
		if err := p.columns(&s); err != nil {
			return nil, err
		}
	}
	if t := p.peek(); t.Kind == Word && !t.Is("WITH") {
		return nil, p.unexpected("WITH (connector = …)")
	}
	if s.With, err = p.with(); err != nil {
		return nil, err
	}
	s.Span = p.span(start)
	return s, nil
}

// columns takes "name type, …, WATERMARK FOR column AS expression)".
func (p *parser) columns(s *CreateSource) error {
	for {
		if p.accept("WATERMARK", "FOR") {
			if err := p.watermark(s); err != nil {
				return err
			}
		} else if p.forgetsFor() {
			p.next()
			return p.unexpected("FOR")
		} else if err := p.column(s); err != nil {
			return err
		}
		if p.accept(")") {
			return nil
		}
		if err := p.expect(","); err != nil {
			return err
		}
	}
}

// forgetsFor reports whether WATERMARK column AS follows, which would be a column called watermark of a strange type.
func (p *parser) forgetsFor() bool {
	return p.at+2 < len(p.tokens) && p.peek().Is("WATERMARK") && p.tokens[p.at+2].Is("AS")
}

func (p *parser) column(s *CreateSource) error {
	name, err := p.name("a column's name")
	if err != nil {
		return err
	}
	span, err := p.item("a type")
	if err != nil {
		return err
	}
	s.Columns = append(s.Columns, ColumnDef{Name: name.Text, Pos: name.Pos, Type: span})
	return nil
}

func (p *parser) watermark(s *CreateSource) error {
	if s.Watermark != nil {
		return Errorf(p.text, p.peek().Pos, "a source has one WATERMARK")
	}
	column, err := p.name("the event-time column")
	if err != nil {
		return err
	}
	if err := p.expect("AS"); err != nil {
		return err
	}
	expr, err := p.item("an expression such as " + column.Text + " - INTERVAL '4 seconds'")
	if err != nil {
		return err
	}
	s.Watermark = &Watermark{Column: column.Text, Pos: column.Pos, Expr: expr}
	return nil
}

// item takes everything up to a comma or closing parenthesis at this level.
func (p *parser) item(what string) (Span, error) {
	start, depth := p.at, 0
	for t := p.peek(); t.Kind != End; t = p.peek() {
		if depth == 0 && (t.Is(",") || t.Is(")")) {
			break
		}
		if t.Is("(") || t.Is("[") {
			depth++
		}
		if t.Is(")") || t.Is("]") {
			depth--
		}
		p.next()
	}
	if p.at == start {
		return Span{}, p.unexpected(what)
	}
	return p.span(start), nil
}

// with takes an optional WITH (key = value, …).
func (p *parser) with() (With, error) {
	out := With{}
	if !p.accept("WITH", "(") {
		return out, nil
	}
	for {
		if err := p.option(out); err != nil {
			return nil, err
		}
		if p.accept(")") {
			return out, nil
		}
		if err := p.expect(","); err != nil {
			return nil, err
		}
	}
}

func (p *parser) option(out With) error {
	key, err := p.name("an option's name")
	if err != nil {
		return err
	}
	name := strings.ToLower(key.Text)
	for p.accept(".") {
		part, err := p.name("the rest of the option's name")
		if err != nil {
			return err
		}
		name += "." + strings.ToLower(part.Text)
	}
	if _, twice := out[name]; twice {
		return Errorf(p.text, key.Pos, "option %s is given twice", name)
	}
	if err := p.expect("="); err != nil {
		return err
	}
	sign := ""
	if p.peek().Is("-") {
		p.next()
		sign = "-"
	}
	t := p.peek()
	if t.Kind == Symbol || t.Kind == End {
		return p.unexpected("a value such as 'text', 10 or true")
	}
	p.next()
	out[name] = Value{Text: sign + t.Text, Pos: t.Pos}
	return nil
}

// object takes what a view and a sink begin with: [IF NOT EXISTS] name [WITH (…)] AS.
func (p *parser) object(what string) (name string, ifMissing bool, with With, err error) {
	ifMissing = p.ifNotExists()
	t, err := p.name("the " + what + "'s name")
	if err != nil {
		return "", false, nil, err
	}
	if with, err = p.with(); err != nil {
		return "", false, nil, err
	}
	return t.Text, ifMissing, with, p.expect("AS")
}

// createView takes what a view and an alert have in common: s says which of them it is.
func (p *parser) createView(start int, replace bool, s CreateView) (Statement, error) {
	what := "view"
	if s.Alert {
		what = "alert"
	}
	s.Replace = replace
	var err error
	if s.Name, s.IfMissing, s.With, err = p.object(what); err != nil {
		return nil, err
	}
	if !p.atQuery() {
		return nil, p.unexpected("a SELECT")
	}
	if s.Select, err = p.restOfStatement(); err != nil {
		return nil, err
	}
	s.Span = p.span(start)
	return s, nil
}

// atQuery reports whether a query begins here, and not another statement of DuckDB's, such as DESCRIBE or INSERT.
func (p *parser) atQuery() bool {
	for _, word := range []string{"SELECT", "WITH", "FROM", "VALUES", "TABLE", "PIVOT", "UNPIVOT", "("} {
		if p.peek().Is(word) {
			return true
		}
	}
	return false
}

func (p *parser) createSink(start int, replace bool) (Statement, error) {
	s := CreateSink{Replace: replace}
	var err error
	if s.Name, s.IfMissing, s.With, err = p.object("sink"); err != nil {
		return nil, err
	}
	if !p.accept("FROM") && !p.accept("SELECT", "*", "FROM") {
		return nil, p.unexpected("FROM view")
	}
	view, err := p.name("the view's name")
	if err != nil {
		return nil, err
	}
	s.View, s.ViewPos = view.Text, view.Pos
	if p.accept(".") {
		if err := p.keptRows(&s); err != nil {
			return nil, err
		}
	} else if p.peek().Is("WHERE") {
		return nil, Errorf(p.text, p.peek().Pos, "a sink has all changes of its view: put the condition into a view; only tables of schema weir take one here")
	}
	s.Span = p.span(start)
	return s, nil
}

// keptRows takes what stands behind "FROM weir.": a table's name, and a condition on its rows.
func (p *parser) keptRows(s *CreateSink) error {
	table, err := p.name("the table's name")
	if err != nil {
		return err
	}
	s.Schema, s.View = s.View, table.Text
	if p.accept("WHERE") {
		s.Where, err = p.condition()
	}
	return err
}

// condition takes everything up to the end of the statement.
func (p *parser) condition() (Span, error) {
	if t := p.peek(); t.Is(";") || t.Kind == End {
		return Span{}, p.unexpected("a condition")
	}
	return p.restOfStatement()
}

// runs takes the word for something that runs.
func (p *parser) runs() (k Kind, ok bool) {
	switch {
	case p.accept("SOURCE"):
		return Source, true
	case p.accept("MATERIALIZED", "VIEW"), p.accept("VIEW"):
		return View, true
	case p.accept("SINK"):
		return Sink, true
	case p.accept("ALERT"):
		return Alert, true
	}
	return k, false
}

func (p *parser) drop(start int) (Statement, error) {
	s := Drop{}
	switch kind, ok := p.runs(); {
	case ok:
		s.Kind = kind
	case p.accept("MATERIALIZED"):
		return nil, p.unexpected("VIEW")
	case p.accept("MACRO"), p.accept("FUNCTION"):
		s.Kind = Macro
		p.accept("TABLE")
	default:
		return nil, p.unexpected("SOURCE, MATERIALIZED VIEW, SINK, ALERT, TABLE or MACRO")
	}
	s.IfExists = p.accept("IF", "EXISTS")
	name, err := p.name("a name")
	if err != nil {
		return nil, err
	}
	s.Name, s.NamePos, s.Span = name.Text, name.Pos, p.span(start)
	return s, nil
}

func (p *parser) show(start int) (Statement, error) {
	for _, what := range []string{"SOURCES", "VIEWS", "QUERIES", "SINKS", "ALERTS", "MACROS"} {
		if p.accept(what) {
			return Show{p.span(start), what}, nil
		}
	}
	if p.accept("MATERIALIZED", "VIEWS") {
		return Show{p.span(start), "VIEWS"}, nil
	}
	return nil, p.unexpected("SOURCES, VIEWS, QUERIES, SINKS, ALERTS or MACROS")
}

func (p *parser) explain(start int) (Statement, error) {
	if p.peek().Is("CREATE") {
		at := p.at
		p.next()
		s, err := p.create(at)
		if err != nil {
			return nil, err
		}
		view, ok := s.(CreateView)
		if !ok {
			return nil, Errorf(p.text, p.tokens[at].Pos, "only a MATERIALIZED VIEW, an ALERT or a SELECT has a plan to explain")
		}
		return Explain{Span: p.span(start), View: &view}, nil
	}
	if p.peek().Kind == Word && (p.tokens[p.at+1].Is(";") || p.tokens[p.at+1].Kind == End) {
		name := p.next()
		return Explain{Span: p.span(start), Name: name.Text}, nil
	}
	body, err := p.restOfStatement()
	return Explain{Span: p.span(start), View: &CreateView{Select: body, Span: body}}, err
}
