package pipelinetest

import (
	"strconv"
	"strings"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/sql/parse"
)

const forms = "CREATE …, INCLUDE 'file', INSERT INTO source, ADVANCE WATERMARK, ADVANCE CLOCK, IDLE, CLOSE, COMMIT or EXPECT"

// parser reads the statements of a test file. What DuckDB must understand stays text.
type parser struct {
	text   string
	tokens []parse.Token
	next   int
}

// statementsOf parses a test file. A mistake is a *parse.Error with its place.
func statementsOf(text string) ([]statement, error) {
	tokens, err := parse.Tokens(text)
	if err != nil {
		return nil, err
	}
	p := &parser{text: text, tokens: tokens}
	var out []statement
	for {
		for p.accept(";") {
		}
		if p.peek().Kind == parse.End {
			return out, nil
		}
		s, err := p.statement()
		if err != nil {
			return nil, err
		}
		if !p.atEnd() {
			return nil, p.unexpected("a semicolon")
		}
		out = append(out, s)
	}
}

func (p *parser) peek() parse.Token { return p.tokens[p.next] }

func (p *parser) take() parse.Token {
	t := p.peek()
	if t.Kind != parse.End {
		p.next++
	}
	return t
}

func (p *parser) atEnd() bool { return p.peek().Is(";") || p.peek().Kind == parse.End }

// accept takes the given keywords or symbols if all of them come next.
func (p *parser) accept(words ...string) bool {
	for i, w := range words {
		if p.next+i >= len(p.tokens) || !p.tokens[p.next+i].Is(w) {
			return false
		}
	}
	p.next += len(words)
	return true
}

func (p *parser) unexpected(want string) error {
	t := p.peek()
	if t.Kind == parse.End {
		return parse.Errorf(p.text, t.Pos, "the text ends here, but %s should follow", want)
	}
	return parse.Errorf(p.text, t.Pos, "found %q where %s should stand", p.text[t.Pos:t.End], want)
}

// from is the text from the token at start up to the last one taken.
func (p *parser) from(start int) span {
	return span{Start: p.tokens[start].Pos, End: p.tokens[p.next-1].End}
}

// rest takes everything up to the semicolon.
func (p *parser) rest() span {
	start := p.next
	for !p.atEnd() {
		p.take()
	}
	return p.from(start)
}

func (p *parser) statement() (statement, error) {
	start := p.next
	switch {
	case p.peek().Is("CREATE"), p.peek().Is("DROP"):
		return define{p.rest()}, nil
	case p.accept("INCLUDE"):
		path, err := p.text1("the path of a file, in quotes")
		return include{p.from(start), path.Text, path.Pos}, err
	case p.accept("INSERT", "INTO"):
		return p.insert(start)
	case p.accept("ADVANCE", "WATERMARK"):
		return p.watermark(start)
	case p.accept("ADVANCE", "CLOCK"):
		return p.clock(start)
	case p.accept("IDLE"):
		at, err := p.place(true)
		if err == nil && at.partition == "" {
			err = p.unexpected("PARTITION and its name")
		}
		return idle{p.from(start), at}, err
	case p.accept("CLOSE"):
		at, err := p.place(true)
		if err == nil && at.partition != "" {
			err = parse.Errorf(p.text, at.sourcePos, "a source is closed with all its partitions: write CLOSE %s", at.source)
		}
		return closing{p.from(start), at}, err
	case p.accept("COMMIT"):
		return commit{p.from(start)}, nil
	case p.accept("EXPECT"):
		return p.expect(start)
	}
	return nil, p.unexpected(forms)
}

func (p *parser) name(what string) (parse.Token, error) {
	if t := p.peek(); t.Kind == parse.Word && t.Text != "" {
		return p.take(), nil
	}
	return parse.Token{}, p.unexpected(what)
}

func (p *parser) text1(what string) (parse.Token, error) {
	if p.peek().Kind == parse.String {
		return p.take(), nil
	}
	return parse.Token{}, p.unexpected(what)
}

// place takes source [PARTITION n]. Without a source, if that may be, it is every source.
func (p *parser) place(needed bool) (place, error) {
	if !needed && p.peek().Is("TO") {
		return place{}, nil
	}
	name, err := p.name("the name of a source")
	if err != nil {
		return place{}, err
	}
	out := place{source: name.Text, sourcePos: name.Pos}
	out.partition, err = p.partition()
	return out, err
}

// partition takes an optional PARTITION n, or 'name'.
func (p *parser) partition() (string, error) {
	if !p.accept("PARTITION") {
		return "", nil
	}
	if t := p.peek(); t.Kind == parse.Number || t.Kind == parse.String || t.Kind == parse.Word {
		return p.take().Text, nil
	}
	return "", p.unexpected("a partition, such as 0")
}

func (p *parser) insert(start int) (statement, error) {
	at, err := p.place(true)
	if err != nil {
		return nil, err
	}
	s := insert{place: at}
	if p.accept("(") {
		if err := p.columns(&s); err != nil {
			return nil, err
		}
	}
	if s.partition == "" {
		if s.partition, err = p.partition(); err != nil {
			return nil, err
		}
	}
	if s.partition == "" {
		s.partition = firstPartition
	}
	switch {
	case p.peek().Is("VALUES"), p.atQuery():
		s.query = p.rest()
	case p.accept("JSON"):
		if len(s.columns) > 0 {
			return nil, parse.Errorf(p.text, s.columns[0].Pos, "a record names its columns itself: leave out the list")
		}
		if err := p.records(&s); err != nil {
			return nil, err
		}
	default:
		return nil, p.unexpected("VALUES (…), a SELECT or JSON '…'")
	}
	s.span = p.from(start)
	return s, nil
}

func (p *parser) columns(s *insert) error {
	for {
		name, err := p.name("a column's name")
		if err != nil {
			return err
		}
		s.columns = append(s.columns, name)
		if p.accept(")") {
			return nil
		}
		if !p.accept(",") {
			return p.unexpected("a comma or )")
		}
	}
}

func (p *parser) records(s *insert) error {
	s.recordPos = p.peek().Pos
	for {
		record, err := p.text1("a record in quotes")
		if err != nil {
			return err
		}
		s.records = append(s.records, record.Text)
		if !p.accept(",") {
			return nil
		}
	}
}

func (p *parser) atQuery() bool {
	for _, word := range []string{"SELECT", "WITH", "FROM", "("} {
		if p.peek().Is(word) {
			return true
		}
	}
	return false
}

func (p *parser) watermark(start int) (statement, error) {
	at, err := p.place(false)
	if err != nil {
		return nil, err
	}
	if !p.accept("TO") {
		return nil, p.unexpected("TO and a time")
	}
	p.accept("TIMESTAMP") // TIMESTAMP '…' and '…' are the same here
	to, err := p.text1("a time such as '2026-01-01 00:01:00'")
	return advance{p.from(start), at, to.Text, to.Pos}, err
}

func (p *parser) clock(start int) (statement, error) {
	if !p.accept("BY") {
		return nil, p.unexpected("BY and an interval")
	}
	p.accept("INTERVAL")
	by, err := p.text1("an interval such as INTERVAL '5 seconds'")
	if err != nil {
		return nil, err
	}
	d, err := engine.ParseDuration(by.Text)
	if err != nil || d < 0 {
		return nil, parse.Errorf(p.text, by.Pos, "'%s' is not a span of time such as '5 seconds'", by.Text)
	}
	return clock{p.from(start), d}, nil
}

func (p *parser) expect(start int) (s statement, err error) {
	e := expect{}
	switch {
	case p.accept("LATE"):
		err = p.subject(&e, ofLate, "the name of a view")
	case p.accept("DEAD", "LETTERS"):
		err = p.subject(&e, ofLetters, "the name of a source")
	case p.accept("ALERT"):
		err = p.subject(&e, ofAlert, "the name of an alert")
	case p.atQuery():
		err = p.query(&e)
	default:
		err = p.subject(&e, ofView, "the name of a view, a SELECT, LATE, DEAD LETTERS or ALERT")
	}
	if err == nil {
		err = p.outcome(&e)
	}
	if err != nil {
		return nil, err
	}
	e.span = p.from(start)
	return e, nil
}

func (p *parser) subject(e *expect, what subject, named string) error {
	name, err := p.name(named)
	e.what, e.name, e.namePos = what, name.Text, name.Pos
	return err
}

// query takes a SELECT up to ROWS or EMPTY, outside parentheses.
func (p *parser) query(e *expect) error {
	start, depth := p.next, 0
	for ; !p.atEnd(); p.take() {
		t := p.peek()
		switch {
		case t.Is("("):
			depth++
		case t.Is(")"):
			depth--
		case depth == 0 && p.atOutcome():
			e.what, e.query = ofQuery, p.from(start)
			return nil
		case depth == 0 && t.Is("ORDER"):
			e.ordered = true
		}
	}
	return p.unexpected("ROWS (…) or EMPTY")
}

// atOutcome reports whether the end of an EXPECT begins here.
func (p *parser) atOutcome() bool {
	after := p.tokens[min(p.next+1, len(p.tokens)-1)]
	return p.peek().Is("ROWS") && (after.Is("(") || after.Kind == parse.Number) ||
		p.peek().Is("EMPTY") && (after.Is(";") || after.Kind == parse.End)
}

func (p *parser) outcome(e *expect) error {
	if p.accept("EMPTY") {
		return nil
	}
	if !p.accept("ROWS") {
		return p.unexpected("ROWS (…), ROWS and a number, or EMPTY")
	}
	if t := p.peek(); t.Kind == parse.Number {
		n, err := strconv.ParseInt(strings.ReplaceAll(t.Text, "_", ""), 10, 64)
		if err != nil {
			return p.unexpected("a number of rows")
		}
		p.take()
		e.counted, e.count = true, n
		return nil
	}
	if !p.peek().Is("(") {
		return p.unexpected("rows such as (1, 'a'), (2, 'b')")
	}
	e.rows = p.rest()
	return nil
}
