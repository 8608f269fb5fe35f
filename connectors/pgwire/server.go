// Package pgwire serves the PostgreSQL wire protocol, version 3, so that psql, the drivers of every language, DBeaver and Grafana can read
// the views while they are kept current. It only reads: each statement sees one committed state, through the same sandbox as the HTTP API.
// Messages are encoded and decoded by pgproto3; what they mean is here.
//
//	startup.go     a connection's beginning; cancel requests      connection.go  its messages, one after the other
//	               authenticate.go: TLS, the password
//	simple.go      Query                                          extended.go    Parse, Bind, Describe, Execute, Close, Sync
//	statement.go   from a statement's text to what runs           portal.go      a statement that runs: its rows, in parts if asked so
//	command.go     BEGIN, SET, SHOW, DECLARE and others, which    copy.go        COPY … TO STDOUT
//	               are answered here                              lexer.go       a text's tokens and statements
//	dialect.go     PostgreSQL's spellings, and names of its       catalog.sql    views and macros for pg_catalog and information_schema,
//	               catalogs, as DuckDB's                                         as clients read them
//	cell.go        values, as text (textform.go) and as bytes     parameter.go   parameters, from both, as text for DuckDB
//	               (binaryform.go)                                fault.go       errors
//
// Values keep their types as far as PostgreSQL has them (oid.go); what is nested comes as JSON, as the HTTP API gives it. DuckDB computes
// everything: a statement is DuckDB's SQL, not PostgreSQL's.
//
// To add a statement that is answered here: a case in makerOf. To have a client's question about catalogs answered: a view or a macro in
// catalog.sql, and the question in testdata.
package pgwire

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weirdb/weir/connectors/access"
	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// Backend is what the protocol needs of the engine and its store. All methods may be called at the same time. What the user has to mend is a
// *server.UserError; before the store is open, the error is server.ErrStarting.
type Backend interface {
	// Describe says what a statement answers and takes, and does not run it. Types of parameters that it leaves open are Null.
	Describe(ctx context.Context, sql string) (columns []types.Field, parameters []types.Type, err error)
	// Read runs one statement that only reads, over one committed state. Its parameters $1, $2, … are VARCHARs, or NULL where nil. The
	// caller closes the result; ctx ends the reading too.
	Read(ctx context.Context, sql string, parameters []*string, limit server.Limits) (*server.Result, error)
}

// Options bound what clients may take. The zero value is ready to use.
type Options struct {
	MaxConnections int           // at the same time; 100 if zero
	MaxRows        int           // of one statement, which fails beyond; 1 000 000 if zero, any number if negative
	MaxBody        int           // bytes of one message; 16 MiB if zero
	QueryTimeout   time.Duration // for one statement, beside the client's statement_timeout; none if zero
	// Token is what clients must give as their password; nil if any gets in.
	Token *access.Token
	// TLS is how connections are secured, which all but requests to cancel must be; nil for not at all.
	TLS *tls.Config
	// Stalled is how long a client may take nothing of an answer, and how long it may leave one half read, before it is disconnected; 5
	// minutes if zero. A state that is being read cannot be cleared away.
	Stalled time.Duration
	Log     *slog.Logger // for what no client hears of; nil for nothing
}

func (o Options) withDefaults() Options {
	if o.MaxConnections == 0 {
		o.MaxConnections = 100
	}
	if o.MaxRows == 0 {
		o.MaxRows = 1_000_000
	}
	if o.MaxBody == 0 {
		o.MaxBody = 16 << 20
	}
	if o.Stalled == 0 {
		o.Stalled = 5 * time.Minute
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Server answers clients. Make one with New.
type Server struct {
	backend Backend
	options Options
	ctx     context.Context // ends with Close
	stop    context.CancelCauseFunc
	running sync.WaitGroup

	statements, failures, results atomic.Int64 // as in engine.Clients

	mu        sync.Mutex
	listeners map[net.Listener]bool
	open      map[net.Conn]bool      // all that have come, those that are not let in among them
	clients   map[uint32]*connection // those that are let in, by their number
	last      uint32                 // the last number given
	closed    bool
}

// New makes a server over b.
func New(b Backend, o Options) *Server {
	s := &Server{backend: b, options: o.withDefaults(), listeners: map[net.Listener]bool{},
		open: map[net.Conn]bool{}, clients: map[uint32]*connection{}}
	s.ctx, s.stop = context.WithCancelCause(context.Background())
	return s
}

// Serve takes connections until Close; then it returns nil. It closes the listener.
func (s *Server) Serve(l net.Listener) error {
	defer l.Close()
	if !s.add(l) {
		return nil
	}
	for {
		conn, err := l.Accept()
		if s.ctx.Err() != nil {
			if err == nil {
				_ = conn.Close() // it came too late
			}
			return nil
		}
		var passing net.Error
		if errors.As(err, &passing) && passing.Timeout() {
			continue
		}
		if err != nil {
			return fmt.Errorf("pgwire: accept: %w", err)
		}
		s.take(conn)
	}
}

func (s *Server) add(l net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listeners[l] = true
	return !s.closed
}

// strangers is how many connections there may be beyond MaxConnections, to be told that there are too many, or to cancel a statement.
const strangers = 20

// take starts to answer a connection.
func (s *Server) take(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || len(s.open) >= s.options.MaxConnections+strangers {
		_ = conn.Close() // it is not even told
		return
	}
	s.open[conn] = true
	s.running.Go(func() {
		defer s.forget(conn)
		defer s.survive(conn)
		newConnection(s, conn).run()
	})
}

// survive keeps a mistake of ours that one client has brought to light from ending the views.
func (s *Server) survive(conn net.Conn) {
	if fault := recover(); fault != nil {
		s.options.Log.Error("pgwire: panic", "client", conn.RemoteAddr(), "panic", fault, "stack", string(debug.Stack()))
	}
}

func (s *Server) forget(conn net.Conn) {
	_ = conn.Close() // the client may have closed it
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, conn)
}

// Clients is what clients do, for the status.
func (s *Server) Clients() engine.Clients {
	s.mu.Lock()
	defer s.mu.Unlock()
	return engine.Clients{Connected: len(s.clients), Statements: s.statements.Load(), Failures: s.failures.Load(), Results: int(s.results.Load())}
}

// errShutdown is why a statement ends when the server does.
var errShutdown = &fault{state: stateShutdown, message: "weir is stopping", position: -1, fatal: true}

// Close interrupts all statements, tells the clients, and waits until all have been told, but at most for grace: who does not listen by then
// is cut off.
func (s *Server) Close(grace time.Duration) {
	s.mu.Lock()
	s.closed = true
	s.stop(errShutdown)
	for l := range s.listeners {
		l.Close()
	}
	for conn := range s.open {
		_ = conn.SetReadDeadline(time.Unix(1, 0)) // whoever waits for a client waits no more
	}
	s.mu.Unlock()
	cut := time.AfterFunc(grace, s.cut)
	defer cut.Stop()
	s.running.Wait()
}

func (s *Server) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for conn := range s.open {
		_ = conn.Close()
	}
}
