package pgwire

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine/types"
)

// endless is a backend whose statements run until they are stopped.
type endless struct{ begun, ended chan struct{} }

func (*endless) Describe(context.Context, string) ([]types.Field, []types.Type, error) {
	return hot, nil, nil
}

func (e *endless) Read(ctx context.Context, _ string, _ []*string, _ server.Limits) (*server.Result, error) {
	close(e.begun)
	<-ctx.Done()
	if e.ended != nil {
		close(e.ended)
	}
	return nil, ctx.Err()
}

// parrot is a backend that answers every statement with its text, and finds as many parameters as the text has $.
type parrot struct{}

func (parrot) Describe(_ context.Context, sql string) ([]types.Field, []types.Type, error) {
	return textColumns("text"), make([]types.Type, strings.Count(sql, "$")), nil
}

func (parrot) Read(_ context.Context, sql string, _ []*string, _ server.Limits) (*server.Result, error) {
	return textRows(textColumns("text"), [][]string{{sql}, {"2"}, {"3"}}), nil
}

// FuzzConnection sends any bytes, from the first on or after a good beginning: the server neither panics nor hangs, and answers or ends.
func FuzzConnection(f *testing.F) {
	var messages []byte
	for _, m := range []pgproto3.FrontendMessage{&pgproto3.Query{String: "BEGIN; SELECT 1; DECLARE c CURSOR FOR SELECT 'x'; FETCH 2 FROM c"},
		&pgproto3.Parse{Name: "s", Query: "SELECT $1 -- ", ParameterOIDs: []uint32{23}}, &pgproto3.Describe{ObjectType: 'S', Name: "s"},
		&pgproto3.Bind{PreparedStatement: "s", Parameters: [][]byte{[]byte("1")}, ResultFormatCodes: []int16{1}}, &pgproto3.Execute{MaxRows: 1},
		&pgproto3.Close{ObjectType: 'P'}, &pgproto3.Flush{}, &pgproto3.Sync{}, &pgproto3.Query{String: "COPY (SELECT 1) TO STDOUT CSV HEADER"},
		&pgproto3.Query{String: "SET LOCAL a.b TO 'c'; SHOW a.b; SET; SHOW; FETCH; CLOSE; COPY; RESET; DECLARE; DEALLOCATE; BEGIN; ROLLBACK TO x"},
		&pgproto3.Query{String: "SELECT 'x'::pg_catalog.regclass OPERATOR(pg_catalog.~) current_setting('x') COLLATE \"default\" FROM generate_series(1) AS i"}} {
		messages, _ = m.Encode(messages)
	}
	start, _ := (&pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersion30, Parameters: map[string]string{"user": "x"}}).Encode(nil)
	f.Add(true, messages)
	f.Add(false, append(start, messages...))
	f.Add(false, []byte("\x00\x00\x00\x08\x04\xd2\x16\x2f"))
	f.Add(false, []byte("\x00\x00\x00\x10\x04\xd2\x16\x2e\x00\x00\x00\x01abcd"))
	f.Fuzz(func(t *testing.T, begun bool, data []byte) {
		if begun {
			data = append(append([]byte{}, start...), data...)
		}
		s := New(parrot{}, Options{MaxBody: 1 << 16, MaxRows: 2})
		client, conn := net.Pipe()
		s.running.Go(func() {
			defer conn.Close()
			newConnection(s, conn).run()
		})
		read := make(chan struct{})
		go func() {
			defer close(read)
			_, _ = io.Copy(io.Discard, client)
		}()
		_ = client.SetDeadline(time.Now().Add(20 * time.Second))
		_, _ = client.Write(data) // it may have ended
		client.Close()
		<-read
		s.running.Wait()
		s.Close(time.Second)
	})
}

// FuzzLexer cuts any text: the tokens are the text again, and what is translated has its places.
func FuzzLexer(f *testing.F) {
	for _, text := range []string{"SELECT 'a''b', \"x\"\"y\", E'\\'', $tag$ $1 $tag$, $1 -- c\n/* /* */ */ é", "'", "$$", "E'\\", "/*/", "a::pg_catalog.regclass::oid"} {
		f.Add(text)
	}
	c := &connection{settings: newSettings()}
	f.Fuzz(func(t *testing.T, text string) {
		whole := ""
		for _, token := range lex(text) {
			if token.at != len(whole) || token.text == "" {
				t.Fatalf("a token at %d, want %d", token.at, len(whole))
			}
			whole += token.text
		}
		if whole != text {
			t.Fatalf("the tokens are %q", whole)
		}
		sql, e := c.translate(text)
		for i := range len(sql) + 1 {
			if at := e.back(i); at < 0 || at > len(text) {
				t.Fatalf("%d of %q is %d of %q", i, sql, at, text)
			}
		}
		split(text)
	})
}
