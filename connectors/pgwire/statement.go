package pgwire

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgtype"
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

// withoutAny writes x = ($1) for x = ANY($1), in a text of the same length, so that DuckDB says what type the items of the list $1 have. Lists are the
// numbers of such parameters.
func (s *statement) withoutAny() (sql string, lists map[int]bool) {
	text := []byte(s.sql)
	lists = map[int]bool{}
	var tokens []token
	for _, t := range lex(s.sql) {
		if t.kind != space {
			tokens = append(tokens, t)
		}
	}
	for i := 0; i+3 < len(tokens); i++ {
		if !tokens[i].is("ANY") || !tokens[i+1].is("(") || tokens[i+2].kind != parameter || !tokens[i+3].is(")") {
			continue
		}
		copy(text[tokens[i].at:], "   ")
		n, _ := strconv.Atoi(tokens[i+2].text[1:])
		lists[n] = true
	}
	return string(text), lists
}

// parameterType completes the type of a parameter, as the client has said it, and what its text is cast to, with the type that DuckDB has found: of
// the parameter or, if it is a list, of its items.
func parameterType(said uint32, cast string, found types.Type, list bool) (uint32, string) {
	switch {
	case cast != "":
		return said, cast
	case list && found.ID == types.Null:
		return pgtype.TextArrayOID, "VARCHAR[]"
	case list:
		return arrayOf[wireTypes[found.ID].oid], found.String() + "[]"
	case found.ID == types.Null || said != 0 && said != pgtype.UnknownOID:
		return max(said, pgtype.TextOID), "VARCHAR"
	}
	return wireTypes[found.ID].oid, found.String()
}

// casts are what parameters of types that a client says are cast to; empty where the type says nothing.
func casts(oids []uint32) []string {
	out := make([]string, len(oids))
	for i, oid := range oids {
		out[i] = castOf[oid]
	}
	return out
}

// castOf are DuckDB's types for the types of parameters that clients say.
var castOf = map[uint32]string{
	pgtype.BoolOID: "BOOLEAN", pgtype.Int2OID: "SMALLINT", pgtype.Int4OID: "INTEGER", pgtype.Int8OID: "BIGINT", pgtype.OIDOID: "BIGINT",
	pgtype.Float4OID: "FLOAT", pgtype.Float8OID: "DOUBLE", pgtype.NumericOID: "DECIMAL(38,10)",
	pgtype.TextOID: "VARCHAR", pgtype.VarcharOID: "VARCHAR", pgtype.BPCharOID: "VARCHAR", pgtype.NameOID: "VARCHAR",
	pgtype.ByteaOID: "BLOB", pgtype.UUIDOID: "UUID", pgtype.JSONOID: "JSON", pgtype.JSONBOID: "JSON",
	pgtype.DateOID: "DATE", pgtype.TimeOID: "TIME", pgtype.TimestampOID: "TIMESTAMP", pgtype.TimestamptzOID: "TIMESTAMPTZ",
	pgtype.IntervalOID:  "INTERVAL",
	pgtype.BoolArrayOID: "BOOLEAN[]", pgtype.Int2ArrayOID: "SMALLINT[]", pgtype.Int4ArrayOID: "INTEGER[]", pgtype.Int8ArrayOID: "BIGINT[]",
	pgtype.Float4ArrayOID: "FLOAT[]", pgtype.Float8ArrayOID: "DOUBLE[]", pgtype.NumericArrayOID: "DECIMAL(38,10)[]",
	pgtype.TextArrayOID: "VARCHAR[]", pgtype.VarcharArrayOID: "VARCHAR[]", pgtype.UUIDArrayOID: "UUID[]",
	pgtype.TimeArrayOID: "TIME[]", pgtype.IntervalArrayOID: "INTERVAL[]", pgtype.ByteaArrayOID: "BLOB[]", pgtype.JSONArrayOID: "JSON[]",
	pgtype.DateArrayOID: "DATE[]", pgtype.TimestampArrayOID: "TIMESTAMP[]", pgtype.TimestamptzArrayOID: "TIMESTAMPTZ[]",
}

// arrayOf are the types of arrays, by their items'.
var arrayOf = map[uint32]uint32{
	pgtype.BoolOID: pgtype.BoolArrayOID, pgtype.Int2OID: pgtype.Int2ArrayOID, pgtype.Int4OID: pgtype.Int4ArrayOID, pgtype.Int8OID: pgtype.Int8ArrayOID,
	pgtype.Float4OID: pgtype.Float4ArrayOID, pgtype.Float8OID: pgtype.Float8ArrayOID, pgtype.NumericOID: pgtype.NumericArrayOID,
	pgtype.TextOID: pgtype.TextArrayOID, pgtype.UUIDOID: pgtype.UUIDArrayOID, pgtype.ByteaOID: pgtype.ByteaArrayOID, pgtype.JSONOID: pgtype.JSONArrayOID,
	pgtype.DateOID: pgtype.DateArrayOID, pgtype.TimeOID: pgtype.TimeArrayOID, pgtype.TimestampOID: pgtype.TimestampArrayOID,
	pgtype.TimestamptzOID: pgtype.TimestamptzArrayOID, pgtype.IntervalOID: pgtype.IntervalArrayOID,
}
