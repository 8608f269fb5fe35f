package pgwire

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine/types"
)

// command is a statement that is answered here.
type command struct {
	tag   string
	run   func(p *portal) error
	count int64 // of FETCH: how many rows; 0 for all, -1 for none
}

// makerOf is what makes the command that a statement is by its first word. Nil, as what it makes may be, means that the statement is one for
// DuckDB.
func makerOf(key string) func(c *connection, s *statement) (*command, error) {
	switch key {
	case "BEGIN", "START":
		return beginCommand
	case "COMMIT", "END":
		return commitCommand
	case "ROLLBACK", "ABORT":
		return rollbackCommand
	case "SAVEPOINT", "RELEASE":
		return savepointCommand
	case "SET":
		return setCommand
	case "RESET":
		return resetCommand
	case "SHOW":
		return showCommand
	case "DISCARD":
		return discardCommand
	case "DEALLOCATE":
		return deallocateCommand
	case "DECLARE":
		return declareCommand
	case "FETCH", "MOVE":
		return fetchCommand
	case "CLOSE":
		return closeCommand
	case "UNLISTEN":
		return nothingCommand
	case "LISTEN", "NOTIFY", "PREPARE", "EXECUTE":
		return unsupportedCommand
	}
	return nil
}

// writers are first words of statements that write.
var writers = strings.Fields(`ALTER ANALYZE ATTACH CALL CHECKPOINT CLUSTER COMMENT CREATE DELETE DETACH DO DROP EXPORT FORCE GRANT IMPORT INSERT
	INSTALL LOAD LOCK MERGE PRAGMA REFRESH REINDEX REVOKE SECURITY TRUNCATE UPDATE USE VACUUM`)

// commandOf finds the command that a statement is; nil if it is one for DuckDB.
func (c *connection) commandOf(s *statement) (*command, error) {
	if slices.Contains(writers, s.key) {
		return nil, readOnly(s.key)
	}
	if make := makerOf(s.key); make != nil && s.tokens[0].kind == word {
		return make(c, s)
	}
	return nil, nil
}

func readOnly(key string) *fault {
	return &fault{state: stateReadOnly, message: "cannot execute " + key + ": this connection only reads", position: -1,
		detail: "Definitions belong into the files that `weir run` is given; plain tables are changed by POST /v1/sql of `weir run --writable`."}
}

// words are the statement's tokens from n on, names and key words in upper case.
func (s *statement) words(n int) []string {
	var out []string
	for _, t := range s.tokens[min(n, len(s.tokens)):] {
		text := t.text
		if t.kind == word {
			text = strings.ToUpper(text)
		}
		out = append(out, text)
	}
	return out
}

// has reports whether the statement goes on with words, behind the first.
func (s *statement) has(words ...string) bool {
	found := s.words(1)
	return len(found) >= len(words) && slices.Equal(found[:len(words)], words)
}

// name is the name that a token is, without quotes and, if it had none, in lower case.
func (t token) name() string {
	switch t.kind {
	case quoted:
		return strings.ReplaceAll(strings.Trim(t.text, `"`), `""`, `"`)
	case literal:
		return strings.ReplaceAll(strings.Trim(t.text, `'`), `''`, `'`)
	}
	return strings.ToLower(t.text)
}

// syntax is an error at token n, or at the end.
func (s *statement) syntax(n int, message string) *fault {
	f := newFault(stateSyntax, message)
	if n < len(s.tokens) {
		f.position = s.tokens[n].at
	}
	return f
}

// rest is the statement's text from token n on.
func (s *statement) rest(n int) string {
	if n >= len(s.tokens) {
		return ""
	}
	return s.whole[s.tokens[n].at:]
}

func nothingCommand(_ *connection, s *statement) (*command, error) {
	return &command{tag: s.key, run: func(*portal) error { return nil }}, nil
}

func unsupportedCommand(_ *connection, s *statement) (*command, error) {
	return nil, newFault(stateNotSupported, s.key+" is not supported here")
}

// discardCommand is DISCARD ALL, which pools send between two users, and its parts.
func discardCommand(_ *connection, s *statement) (*command, error) {
	return &command{tag: strings.Join(append([]string{s.key}, s.words(1)...), " "), run: func(p *portal) error {
		if !s.has("ALL") {
			return nil
		}
		c := p.connection
		clear(c.statements)
		c.closePortals(func(other *portal) bool { return other != p })
		c.settings.reset("")
		return nil
	}}, nil
}

// deallocateCommand is DEALLOCATE [PREPARE] name | ALL.
func deallocateCommand(_ *connection, s *statement) (*command, error) {
	at := 1
	if s.has("PREPARE") && len(s.tokens) > 2 {
		at = 2
	}
	if len(s.tokens) != at+1 {
		return nil, s.syntax(at, "DEALLOCATE wants the name of a prepared statement, or ALL")
	}
	return &command{tag: "DEALLOCATE", run: func(p *portal) error {
		statements, name := p.connection.statements, s.tokens[at].name()
		switch {
		case s.tokens[at].is("ALL"):
			clear(statements)
		case statements[name] == nil:
			return newFault(stateStatement, fmt.Sprintf("there is no prepared statement %q", name))
		}
		delete(statements, name)
		return nil
	}}, nil
}

// textRows makes a result of texts.
func textRows(columns []types.Field, rows [][]string) *server.Result {
	b := array.NewRecordBuilder(memory.DefaultAllocator, types.Schema(columns))
	defer b.Release()
	for _, row := range rows {
		for i, text := range row {
			b.Field(i).(*array.StringBuilder).Append(text)
		}
	}
	batch := b.NewRecordBatch()
	defer batch.Release()
	reader, err := array.NewRecordReader(batch.Schema(), []arrow.RecordBatch{batch})
	if err != nil {
		panic(err) // the batch has the schema that it is given with
	}
	return server.NewResult(columns, reader, nil)
}

func textColumns(names ...string) []types.Field {
	out := make([]types.Field, len(names))
	for i, name := range names {
		out[i] = types.Field{Name: name, Type: types.Of(types.Varchar)}
	}
	return out
}
