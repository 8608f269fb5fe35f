package pgwire

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine/types"
)

// raw is a client that sends what it likes.
type raw struct {
	t    testing.TB
	conn net.Conn
	*pgproto3.Frontend
}

// connectRaw goes through the startup.
func connectRaw(t testing.TB, address string) *raw {
	t.Helper()
	r := openRaw(t, address)
	r.Send(&pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersion30, Parameters: map[string]string{"user": "ann"}})
	check(t, r.Flush())
	r.until("ReadyForQuery I")
	return r
}

func openRaw(t testing.TB, address string) *raw {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	check(t, err)
	t.Cleanup(func() { conn.Close() })
	check(t, conn.SetDeadline(time.Now().Add(30*time.Second)))
	return &raw{t, conn, pgproto3.NewFrontend(conn, conn)}
}

// next describes the next message.
func (r *raw) next() string {
	r.t.Helper()
	message, err := r.Receive()
	check(r.t, err)
	switch m := message.(type) {
	case *pgproto3.ReadyForQuery:
		return fmt.Sprintf("ReadyForQuery %c", m.TxStatus)
	case *pgproto3.CommandComplete:
		return "CommandComplete " + string(m.CommandTag)
	case *pgproto3.DataRow:
		return "DataRow " + string(m.Values[0])
	case *pgproto3.ErrorResponse:
		return "ErrorResponse " + m.Severity + " " + m.Code
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", message), "*pgproto3.")
}

// until reads messages up to one.
func (r *raw) until(last string) {
	r.t.Helper()
	for r.next() != last {
	}
}

// expect sends messages, and compares what comes, up to ReadyForQuery.
func (r *raw) expect(want string, messages ...pgproto3.FrontendMessage) {
	r.t.Helper()
	for _, m := range messages {
		r.Send(m)
	}
	check(r.t, r.Flush())
	var got []string
	for len(got) == 0 || !strings.HasPrefix(got[len(got)-1], "ReadyForQuery") {
		got = append(got, r.next())
	}
	if text := strings.Join(got, ", "); text != want {
		r.t.Errorf("got  %s\nwant %s", text, want)
	}
}

func TestSequencesOfMessages(t *testing.T) {
	address, _ := testServer(t, Options{})
	r := connectRaw(t, address)
	const many = "SELECT range FROM range(5)"
	sync := &pgproto3.Sync{}
	r.expect("EmptyQueryResponse, ReadyForQuery I", &pgproto3.Query{String: " ;; -- nothing"})
	r.expect("RowDescription, DataRow 1, CommandComplete SELECT 1, ErrorResponse ERROR 42703, ReadyForQuery I", &pgproto3.Query{String: "SELECT 1; SELECT x; SELECT 2"})
	r.expect("RowDescription, DataRow a;b, CommandComplete SELECT 1, CommandComplete SET, ReadyForQuery I", &pgproto3.Query{String: "SELECT 'a;b' /* ; */; SET x = 1;"})
	// in parts
	r.expect("ParseComplete, BindComplete, DataRow 0, DataRow 1, PortalSuspended, DataRow 2, DataRow 3, PortalSuspended, DataRow 4, CommandComplete SELECT 1, ReadyForQuery I",
		&pgproto3.Parse{Query: many}, &pgproto3.Bind{}, &pgproto3.Execute{MaxRows: 2}, &pgproto3.Execute{MaxRows: 2}, &pgproto3.Execute{}, sync)
	// a portal ends with its transaction: at Sync, or at COMMIT
	r.expect("ErrorResponse ERROR 34000, ReadyForQuery I", &pgproto3.Execute{}, sync)
	r.expect("CommandComplete BEGIN, ReadyForQuery T", &pgproto3.Query{String: "BEGIN"})
	r.expect("ParseComplete, BindComplete, DataRow 0, PortalSuspended, ReadyForQuery T",
		&pgproto3.Parse{Name: "s", Query: many}, &pgproto3.Bind{DestinationPortal: "p", PreparedStatement: "s"}, &pgproto3.Execute{Portal: "p", MaxRows: 1}, sync)
	r.expect("DataRow 1, PortalSuspended, ReadyForQuery T", &pgproto3.Execute{Portal: "p", MaxRows: 1}, sync)
	r.expect("CommandComplete COMMIT, ReadyForQuery I", &pgproto3.Query{String: "COMMIT"})
	r.expect("ErrorResponse ERROR 34000, ReadyForQuery I", &pgproto3.Execute{Portal: "p"}, sync)
	// a cursor is a portal
	r.expect("CommandComplete BEGIN, CommandComplete DECLARE CURSOR, ReadyForQuery T", &pgproto3.Query{String: "BEGIN; DECLARE c CURSOR FOR " + many})
	r.expect("RowDescription, DataRow 0, PortalSuspended, CloseComplete, ReadyForQuery T", &pgproto3.Describe{ObjectType: 'P', Name: "c"},
		&pgproto3.Execute{Portal: "c", MaxRows: 1}, &pgproto3.Close{ObjectType: 'P', Name: "c"}, sync)
	r.expect("CommandComplete ROLLBACK, ReadyForQuery I", &pgproto3.Query{String: "ROLLBACK"})
	// after an error everything is skipped up to Sync
	r.expect("ErrorResponse ERROR 42P01, ReadyForQuery I",
		&pgproto3.Parse{Query: "FROM nowhere"}, &pgproto3.Bind{}, &pgproto3.Describe{ObjectType: 'P'}, &pgproto3.Execute{}, sync)
	r.expect("ErrorResponse ERROR 42P01, ReadyForQuery I", &pgproto3.Parse{Query: "FROM nowhere"}, &pgproto3.Query{String: "SELECT 1"}, sync)
	// describing
	r.expect("ParameterDescription, RowDescription, ReadyForQuery I", &pgproto3.Describe{ObjectType: 'S', Name: "s"}, sync)
	r.expect("ParseComplete, ParameterDescription, NoData, BindComplete, NoData, CommandComplete SET, ReadyForQuery I", &pgproto3.Parse{Query: "SET x = 1"},
		&pgproto3.Describe{ObjectType: 'S'}, &pgproto3.Bind{}, &pgproto3.Describe{ObjectType: 'P'}, &pgproto3.Execute{}, sync)
	r.expect("ParseComplete, BindComplete, EmptyQueryResponse, ReadyForQuery I", &pgproto3.Parse{}, &pgproto3.Bind{}, &pgproto3.Execute{}, sync)
	r.expect("ErrorResponse ERROR 42P05, ReadyForQuery I", &pgproto3.Parse{Name: "s", Query: many}, sync)
	r.expect("CloseComplete, CloseComplete, ErrorResponse ERROR 26000, ReadyForQuery I", &pgproto3.Close{ObjectType: 'S', Name: "s"},
		&pgproto3.Close{ObjectType: 'P', Name: "none"}, &pgproto3.Bind{PreparedStatement: "s"}, sync)
	// what is not expected
	r.expect("ParseComplete, ErrorResponse ERROR 08P01, ReadyForQuery I", &pgproto3.Parse{Query: "SELECT $1"}, &pgproto3.Bind{}, sync)
	r.expect("ErrorResponse ERROR 0A000, ReadyForQuery I", &pgproto3.FunctionCall{Function: 1}, sync)
	r.expect("ErrorResponse ERROR 42601, ReadyForQuery I", &pgproto3.Parse{Query: "SELECT 1; SELECT 2"}, sync)
	r.expect("ErrorResponse ERROR 42601, ReadyForQuery I", &pgproto3.Query{String: "SELECT $1"})
	r.expect("ReadyForQuery I", &pgproto3.CopyData{Data: []byte("x")}, &pgproto3.CopyDone{}, sync)
	r.expect("ParseComplete, ErrorResponse ERROR 08P01, ReadyForQuery I", &pgproto3.Parse{Query: many}, &pgproto3.Bind{ResultFormatCodes: []int16{7}}, sync)
}

func TestStartup(t *testing.T) {
	address, _ := testServer(t, Options{})
	r := openRaw(t, address)
	for _, m := range []pgproto3.FrontendMessage{&pgproto3.GSSEncRequest{}, &pgproto3.SSLRequest{}} {
		r.Send(m)
		check(t, r.Flush())
		answer := make([]byte, 1)
		if _, err := io.ReadFull(r.conn, answer); err != nil || answer[0] != 'N' {
			t.Errorf("%T: %q, %v", m, answer, err)
		}
	}
	r.Send(&pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersion32, Parameters: map[string]string{"user": "ann", "DateStyle": "ISO"}})
	check(t, r.Flush())
	if got := r.next(); got != "NegotiateProtocolVersion" {
		t.Errorf("protocol 3.2: %s", got)
	}
	r.until("ReadyForQuery I")

	for text, want := range map[string]string{
		"GET / HTTP/1.1\r\n\r\n":                                       "ErrorResponse FATAL 08P01",
		"\x00\x00\x00\x08\x00\x02\x00\x00":                             "ErrorResponse FATAL 08P01", // protocol 2
		"\x00\x00\x00\x09\x00\x03\x00\x00\x00":                         "ErrorResponse FATAL 08P01",
		"\x00\x00\x00\x1b\x00\x03\x00\x00client_encoding\x00X\x00\x00": "ErrorResponse FATAL 22023",
	} {
		r := openRaw(t, address)
		_, err := r.conn.Write([]byte(text))
		check(t, err)
		if got := r.next(); got != want {
			t.Errorf("%q: %s", text, got)
		}
	}
}

func TestBadMessages(t *testing.T) {
	address, _ := testServer(t, Options{MaxBody: 1000})
	for text, want := range map[string]string{
		"?\x00\x00\x00\x04":                 "ErrorResponse FATAL 08P01",
		"Q\x00\x00\x00\x00":                 "ErrorResponse FATAL 08P01",
		"B\x00\x00\x00\x08\xff\xff\xff\xff": "ErrorResponse FATAL 08P01",
		"Q\x7f\xff\xff\xff":                 "ErrorResponse FATAL 54000",
	} {
		r := connectRaw(t, address)
		_, err := r.conn.Write([]byte(text))
		check(t, err)
		if got := r.next(); got != want {
			t.Errorf("%q: %s", text, got)
		}
	}
}

// TestHalfReadResults leaves a result half read: the state that it is of must not be kept for ever.
func TestHalfReadResults(t *testing.T) {
	address, _ := testServer(t, Options{Stalled: 50 * time.Millisecond})
	r := connectRaw(t, address)
	r.expect("CommandComplete BEGIN, ReadyForQuery T", &pgproto3.Query{String: "BEGIN"})
	r.expect("ParseComplete, BindComplete, DataRow 0, PortalSuspended, ReadyForQuery T",
		&pgproto3.Parse{Query: "SELECT range FROM range(5)"}, &pgproto3.Bind{}, &pgproto3.Execute{MaxRows: 1}, &pgproto3.Sync{})
	if got := r.next(); got != "ErrorResponse FATAL 25P03" {
		t.Errorf("got %s", got)
	}

	r = connectRaw(t, address) // takes nothing: the test ends only if the server gives up
	r.Send(&pgproto3.Query{String: "SELECT repeat('x', 1000) FROM range(1000000)"})
	check(t, r.Flush())
}

// TestEndOfTheServer closes a server under clients that wait, that run something, and that have not said anything yet.
func TestEndOfTheServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	begun := make(chan struct{})
	s := New(&endless{begun: begun}, Options{})
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	waiting, busy := connectRaw(t, l.Addr().String()), connectRaw(t, l.Addr().String())
	openRaw(t, l.Addr().String())
	busy.Send(&pgproto3.Query{String: "SELECT 1"})
	check(t, busy.Flush())
	<-begun
	s.Close(5 * time.Second)
	check(t, <-served)
	for _, r := range []*raw{waiting, busy} {
		if got := r.next(); got != "ErrorResponse FATAL 57P01" {
			t.Errorf("got %s", got)
		}
	}
	if err := s.Serve(l); err != nil {
		t.Errorf("serving after the end: %v", err)
	}
}

// TestClientLeaves sees that a statement ends whose client does.
func TestClientLeaves(t *testing.T) {
	b := &endless{begun: make(chan struct{}), ended: make(chan struct{})}
	r := connectRaw(t, serveBackend(t, b, Options{}))
	r.Send(&pgproto3.Query{String: "SELECT 1"})
	check(t, r.Flush())
	<-b.begun
	r.conn.Close()
	<-b.ended
}

// breaking is a backend whose results break off after two rows.
type breaking struct{ parrot }

func (breaking) Read(context.Context, string, []*string, server.Limits) (*server.Result, error) {
	two := textRows(textColumns("text"), [][]string{{"1"}, {"2"}})
	return server.NewResult(two.Columns, array.ReaderFromIter(types.Schema(two.Columns), func(yield func(arrow.RecordBatch, error) bool) {
		defer two.Close()
		two.Reader.Next()
		two.Reader.RecordBatch().Retain()
		if yield(two.Reader.RecordBatch(), nil) {
			yield(nil, &server.UserError{Code: "conversion", Message: "could not convert 'x'", Position: -1})
		}
	}), nil), nil
}

// TestResultsThatBreakOff sees that a result that has failed is gone: more of it must not look like its end.
func TestResultsThatBreakOff(t *testing.T) {
	r := connectRaw(t, serveBackend(t, breaking{}, Options{}))
	r.expect("CommandComplete DECLARE CURSOR, RowDescription, DataRow 1, CommandComplete FETCH 1, ReadyForQuery I",
		&pgproto3.Query{String: "DECLARE h CURSOR WITH HOLD FOR SELECT 1; FETCH h"})
	r.expect("RowDescription, DataRow 2, ErrorResponse ERROR 22P02, ReadyForQuery I", &pgproto3.Query{String: "FETCH ALL FROM h"})
	r.expect("ErrorResponse ERROR 34000, ReadyForQuery I", &pgproto3.Query{String: "FETCH ALL FROM h"})
	r.expect("ParseComplete, BindComplete, DataRow 1, PortalSuspended, DataRow 2, ErrorResponse ERROR 22P02, ReadyForQuery I", &pgproto3.Parse{Query: "SELECT 1"},
		&pgproto3.Bind{}, &pgproto3.Execute{MaxRows: 1}, &pgproto3.Execute{}, &pgproto3.Execute{}, &pgproto3.Sync{})
}
