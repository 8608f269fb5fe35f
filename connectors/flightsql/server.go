// Package flightsql serves Arrow Flight SQL, so that ADBC, JDBC and every Arrow library read the views while they are kept current: what DuckDB
// computes goes out as the Arrow batches that it comes in, column by column. It only reads: each statement sees one committed state, through the
// same sandbox as the HTTP API. arrow-go speaks the protocol; what its requests mean is here.
//
//	guard.go      who may ask: the token, how many connections     running.go   statements that run: counted, bounded, cancelled
//	statement.go  a statement: its columns, then its rows          prepared.go  one with parameters, which is kept
//	stream.go     rows, as they are computed                       catalog.go   catalogs, schemas, tables, columns and keys
//	xdbc.go       types, as JDBC and ODBC ask for them             info.go      what the server can do
//	fault.go      errors
//
// A statement runs when its rows are fetched (DoGet), not when it is asked for (GetFlightInfo): until then nothing is held. DuckDB computes
// everything: a statement is DuckDB's SQL.
//
// To answer another question about the catalog: GetFlightInfo… and DoGet… in catalog.go.
package flightsql

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/connectors/access"
	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
)

// Backend is what the protocol needs of the engine and its store. All methods may be called at the same time. What the user has to mend is a
// *server.UserError; before the store is open, the error is server.ErrStarting.
type Backend interface {
	// Describe says what a statement answers and takes, and does not run it. Types of parameters that it leaves open are Null; columns are nil
	// where their types depend on the parameters' values.
	Describe(ctx context.Context, sql string) (columns []types.Field, parameters []types.Type, err error)
	// ReadRow runs one statement that only reads, over one committed state. Its parameters $1, $2, … are the columns of a batch with one row; nil
	// if it has none. The caller closes the result; ctx ends the reading too.
	ReadRow(ctx context.Context, sql string, parameters arrow.RecordBatch, limit server.Limits) (*server.Result, error)
	// Schema lists the tables that can be read.
	Schema(ctx context.Context) (*server.Schema, error)
}

// Options bound what clients may take. The zero value is ready to use.
type Options struct {
	Version        string        // of Weir, for clients that ask
	MaxConnections int           // at the same time; 100 if zero
	MaxRows        int           // of one statement, which fails beyond; 1 000 000 if zero, any number if negative
	MaxPrepared    int           // prepared statements that are kept, of all clients together; 1000 if zero
	QueryTimeout   time.Duration // for one statement, with sending its rows; none if zero
	// Stalled is how long a client may take nothing of an answer before that is ended; 5 minutes if zero. A state that is being read cannot be
	// cleared away.
	Stalled time.Duration
	Token   *access.Token // what clients must know; nil if any gets in
	TLS     *tls.Config   // how connections are secured; nil for not at all
	Log     *slog.Logger  // for what no client hears of; nil for nothing
}

func (o Options) withDefaults() Options {
	if o.MaxConnections == 0 {
		o.MaxConnections = 100
	}
	if o.MaxRows == 0 {
		o.MaxRows = 1_000_000
	}
	if o.MaxPrepared == 0 {
		o.MaxPrepared = 1000
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
	flightsql.BaseServer
	backend Backend
	options Options
	grpc    *grpc.Server
	ctx     context.Context // ends with Close
	stop    context.CancelCauseFunc
	reading sync.WaitGroup // goroutines that compute rows

	told []uint32 // what clients may ask about the server, by its number

	connected                     atomic.Int64
	statements, failures, results atomic.Int64 // as in engine.Clients

	mu       sync.Mutex
	running  map[string][]*run // by the statement's handle
	prepared map[string]*prepared
	turn     int64 // counts uses of prepared statements
}

// maxMessage is how many bytes a request may have: a statement, or parameters.
const maxMessage = 16 << 20

// New makes a server over b.
func New(b Backend, o Options) (*Server, error) {
	s := &Server{backend: b, options: o.withDefaults(), running: map[string][]*run{}, prepared: map[string]*prepared{}}
	s.Alloc = memory.DefaultAllocator
	if err := s.tellAbout(); err != nil {
		return nil, fmt.Errorf("flightsql: %w", err)
	}
	s.ctx, s.stop = context.WithCancelCause(context.Background())
	options := []grpc.ServerOption{
		grpc.StatsHandler(s.counter()), grpc.ChainUnaryInterceptor(s.guardUnary), grpc.ChainStreamInterceptor(s.guardStream), grpc.MaxRecvMsgSize(maxMessage),
	}
	if o.TLS != nil {
		options = append(options, grpc.Creds(credentials.NewTLS(o.TLS)))
	}
	s.grpc = grpc.NewServer(options...)
	flight.RegisterFlightServiceServer(s.grpc, flightsql.NewFlightServer(s))
	return s, nil
}

// Serve takes connections until Close; then it returns nil. It closes the listener.
func (s *Server) Serve(l net.Listener) error {
	if err := s.grpc.Serve(l); err != nil && s.ctx.Err() == nil {
		return fmt.Errorf("flightsql: serve: %w", err)
	}
	return nil
}

// Clients is what clients do, for the status.
func (s *Server) Clients() engine.Clients {
	return engine.Clients{Connected: int(s.connected.Load()), Statements: s.statements.Load(), Failures: s.failures.Load(), Results: int(s.results.Load())}
}

// Close interrupts all statements, tells the clients, and waits until all have been told, but at most for grace: who does not listen by then
// is cut off.
func (s *Server) Close(grace time.Duration) {
	s.stop(errShutdown)
	cut := time.AfterFunc(grace, s.grpc.Stop)
	defer cut.Stop()
	s.grpc.GracefulStop()
	s.reading.Wait()
}
