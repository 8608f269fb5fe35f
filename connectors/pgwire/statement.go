package pgwire

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/weirdb/weir/engine/types"
)

// statement is a statement that can be run.
type statement struct {
	whole        string // the message that it came in
	at           int    // where it begins there
	empty        bool
	key          string        // its first word, in upper case
	tokens       []token       // without space
	columns      []types.Field // nil if it answers none; for one that DuckDB runs, known after plan
	command      *command      // what is answered here; nil for all that DuckDB runs
	sql          string        // for DuckDB
	edits        edits         // between the statement's text and sql
	turned       bool          // places in sql say nothing about the text: its parts have changed places
	copying      *copying      // COPY … TO STDOUT; sql is the SELECT then
	planned      bool
	maxParameter int      // the highest n of a parameter $n; 0 if it takes none
	parameters   []uint32 // their types: those that the client has said, and after plan all; 0 for unknown
}

// compile finds out what a statement is. The types of its parameters are those that the client has said.
func (c *connection) compile(p part, parameters []uint32) (*statement, error) {
	s := &statement{at: p.at, whole: p.sql, parameters: parameters, sql: p.sql}
	for _, t := range lex(p.sql) {
		if t.kind != space {
			s.tokens = append(s.tokens, t)
		}
		if t.kind == parameter {
			n, _ := strconv.Atoi(t.text[1:])
			s.maxParameter = max(s.maxParameter, n)
		}
	}
	s.key = strings.ToUpper(s.tokens[0].text)
	var err error
	if s.command, err = c.commandOf(s); err != nil || s.command != nil {
		return s, s.place(err)
	}
	if s.key == "COPY" {
		if err := s.copyOut(); err != nil {
			return nil, s.place(err)
		}
	}
	s.sql, s.edits = c.translate(s.sql)
	return s, nil
}

// plan has DuckDB say what the statement answers and takes, once.
func (s *statement) plan(c *connection) error {
	if s.planned || s.command != nil {
		s.planned = true
		return nil
	}
	ctx, cancel := context.WithCancelCause(c.ctx)
	defer cancel(nil)
	defer c.guard(cancel)()
	if err := s.resolve(ctx, c); err != nil {
		return s.place(faultOf(ctx, err))
	}
	s.planned = true
	return nil
}

// resolve finds the types of parameters: the client's where it has said one, DuckDB's where the statement says it, else text. Then every
// parameter is cast to its type, so that DuckDB can be given texts.
func (s *statement) resolve(ctx context.Context, c *connection) error {
	said := casts(s.parameters)
	if len(said) < s.maxParameter || slices.Contains(said, "") {
		sql, lists := s.withoutAny()
		_, found, err := c.server.backend.Describe(ctx, sql)
		if err != nil {
			return err
		}
		s.parameters = append(s.parameters, make([]uint32, max(0, len(found)-len(s.parameters)))...)
		said = append(said, make([]string, len(s.parameters)-len(said))...)
		for i, t := range found {
			s.parameters[i], said[i] = parameterType(s.parameters[i], said[i], t, lists[i+1])
		}
	}
	s.parameters = s.parameters[:min(s.maxParameter, len(s.parameters))] // drivers may say more than there are
	plain, before := s.sql, s.edits
	s.sql, s.edits = s.edits.castParameters(s.sql, said)
	columns, _, err := c.server.backend.Describe(ctx, s.sql)
	if err == nil && columns == nil {
		var sql string
		sql, s.edits = before.typedParameters(plain, said)
		columns, _, err = c.server.backend.Describe(ctx, sql)
	}
	if err != nil {
		return err
	}
	_, s.edits = before.castParameters(plain, said)
	s.columns = s.edits.named(columns)
	return nil
}

// place moves an error's position into the client's text.
func (s *statement) place(err error) error {
	f, ok := err.(*fault)
	if !ok || f.position < 0 {
		return err
	}
	if s.turned {
		f.position = -1
		return f
	}
	if s.command == nil {
		f.position = s.edits.back(f.position)
	}
	f.position += s.at
	return f
}

// tag is the word that CommandComplete begins with.
func (s *statement) tag() string {
	switch {
	case s.command != nil:
		return s.command.tag
	case s.copying != nil:
		return "COPY"
	case s.key == "EXPLAIN" || s.key == "SHOW":
		return s.key
	}
	return "SELECT"
}

// counts reports whether CommandComplete has the number of rows.
func (s *statement) counts() bool {
	tag := s.tag()
	return tag == "SELECT" || tag == "COPY" || tag == "FETCH" || tag == "MOVE"
}
