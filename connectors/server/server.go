// Package server is Weir's HTTP API: it answers SQL over the views, tells what the engine is doing, and streams each
// commit's changes. It only reads; there are no routes that write, but for statements, and for the replay of dead letters, where the backend
// lets them pass, and for events, which go to the sources that take them.
//
//	POST /v1/sql                   run a SELECT: SQL text, or {"sql": "…"}; ?limit= rows, 10 000 unless given
//	POST /v1/plan                  what a text of statements would change, as engine/preview.Preview
//	POST /v1/validate              whether a SELECT, or a text of statements, has a mistake, and where: {"sql": "…"}; nothing runs
//	GET  /v1/schema                what statements may name: tables with their columns, functions
//	POST /v1/preview               what a view would have: its SELECT over the newest events: {"sql": "…", "rows": 100, "seconds": 5}
//	POST /v1/statements            apply a text of statements, as `weir run` does; answers as /v1/plan
//	POST /v1/export                all rows of several views, as one commit left them: export.go
//	GET  /v1/views                 the views, with columns, counters and watermark
//	GET  /v1/views/{view}          one of them
//	GET  /v1/views/{view}/changes  its changes as they commit: JSON lines, or Server-Sent Events; changes.go says more
//	GET  /v1/views/{view}/why      why its windows are still open, as engine/why.Why
//	GET  /v1/views/{view}/dashboard  its Grafana dashboard, as `weir dashboard` writes it
//	POST /v1/dashboard             that of a view which a statement would create: {"sql": "CREATE MATERIALIZED VIEW …"}
//	GET  /v1/sources               the sources, with their partitions
//	POST /v1/sources/{source}/events  events for a source that takes them
//	GET  /v1/alerts                the instances of alerts that are pending or firing; ?history=true for all transitions: alerts.go
//	POST /v1/dead-letters/replay   give dead letters to the views that lack them: {"source": "…", "where": "…"}, both may be left out
//	GET  /v1/status                engine.Status as it stands: times in µs since 1970, counters since the start
//	GET  /healthz, /readyz         the process is up; the engine has committed, or has its sources open
//	GET  /metrics                  the same counters for Prometheus
//	GET  /                         the console, where one was given
//
// Answers are JSON. POST /v1/sql also gives Arrow (Accept: application/vnd.apache.arrow.stream), CSV (text/csv) and Parquet
// (application/vnd.apache.parquet). A result
// that was cut at the limit says so: "truncated" in JSON, the HTTP trailer Weir-Truncated elsewhere.
//
// Values in JSON keep every digit, for readers whose numbers are doubles:
//
//	integers up to 64 bits         number; a string outside ±2^53
//	HUGEINT, DECIMAL               string
//	FLOAT, DOUBLE                  number; null for NaN and infinities
//	TIMESTAMP and its kin          "2026-01-01T10:00:00.123456", without the zeros at the end; TIMESTAMPTZ ends in Z
//	                               "infinity" and "-infinity" for the ends of time
//	DATE, TIME, INTERVAL           "2026-01-01", "10:00:00.5", "1 month 2 days 03:00:00"
//	VARCHAR, UUID, JSON            string, JSON as its text
//	BLOB                           base64
//	STRUCT, LIST, MAP              object, array, array of {"key", "value"}
//
// An error is {"error": {"message", "code", "position"}}: position counts characters of the statement from 0, and is there
// only where it is known. 400, 404 and 410 are for the caller to mend, 499 says that the caller left, 408 that the time was up,
// 503 that the engine is still starting.
//
// Where there is a token, every route but /healthz and /readyz wants it: token.go.
//
// To add a result format: a file with a resultWriter, and a line in resultFormats. To add a route: a file with its handler,
// a line in routes and one in the table above.
package server

import (
	"context"
	"net/http"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/go-chi/chi/v5"
	"github.com/weirdb/weir/connectors/access"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/preview"
	"github.com/weirdb/weir/engine/types"
)

// Backend is what the API needs of the engine and its store. All methods may be called at the same time.
type Backend interface {
	// Query runs one statement that only reads, over one committed state. What the user has to mend is a *UserError; before
	// the store is open, the error is ErrStarting. The caller closes the result; ctx ends the reading too.
	Query(ctx context.Context, sql string, limit Limits) (*Result, error)
	// Status is what the engine is doing now. The caller does not change it.
	Status() engine.Status
	// Subscribe gives each later commit's changes to a view, until Cancel. It closes Changes when the view is dropped or the
	// engine stops. The caller releases the batches, and goes on reading until Changes is closed or Cancel has returned. Changes
	// that are not kept any more are an *engine.ForgottenError.
	Subscribe(f engine.Following) (*engine.Subscription, error)
	// Snapshot gives a view's table as one commit left it, with that commit's epoch. The caller closes the result; ctx ends the
	// reading too.
	Snapshot(ctx context.Context, view string) (table *Result, epoch int64, err error)
	// Preview says what texts of statements would change, and changes nothing. A mistake in them is a *UserError.
	Preview(ctx context.Context, scripts []preview.Script) (*preview.Preview, error)
	// Validate plans a SELECT, or tries what a text of Weir's statements would change, and runs nothing: the columns of what answers rows, or
	// a *UserError.
	Validate(ctx context.Context, text string) ([]types.Field, error)
	// Schema lists the tables that can be read, and the functions that can be called. The caller changes nothing of it.
	Schema(ctx context.Context) (*Schema, error)
	// State gives the last committed state, from which several results are read. The caller closes it; ctx ends the reading too.
	State(ctx context.Context) (State, error)
	// Ready is nil once the engine has committed or has its sources open; otherwise it says what is missing.
	Ready() error
}

// Limits bound a query's answer.
type Limits struct {
	// MaxRows is how many rows will be read at most: the backend need not compute more.
	MaxRows int
}

// Result is the answer to a query: its columns, and the rows in batches. The layout of a column may be any that Arrow has for
// its type.
type Result struct {
	Columns []types.Field
	Reader  array.RecordReader
	close   func()
}

// NewResult makes a result, whose schema marks JSON. Closing it releases the reader, then calls done, which may be nil.
func NewResult(columns []types.Field, reader array.RecordReader, done func()) *Result {
	return &Result{Columns: columns, Reader: newMarked(columns, reader), close: done}
}

// Close frees what the result holds.
func (r *Result) Close() {
	r.Reader.Release()
	if r.close != nil {
		r.close()
	}
}

// Options adjust the API. The zero value is ready to use.
type Options struct {
	Version        string        // of Weir, for those who ask what it can do
	AllowedOrigins []string      // other web origins that may call the API, as "https://host"; none unless given
	DefaultRows    int           // rows of a result where the caller gives no limit; 10 000 if zero
	MaxRows        int           // the greatest limit a caller may give; 1 000 000 if zero
	MaxBody        int64         // bytes of a statement; 1 MiB if zero
	QueryTimeout   time.Duration // for one statement, with sending its rows; none if zero
	Heartbeat      time.Duration // between signs of life on a quiet change stream; 15 s if zero
	// Token is what clients must show, as Authorization: Bearer TOKEN; nil if they need not. A source that has a token of its own for events
	// wants that from those who send them, and this one from nobody.
	Token *access.Token
	// Receivers are what takes the events that are sent to sources, by the source's name: as long as the backend is not ready, some may
	// be missing. Nil if there are none.
	Receivers func() map[string]http.Handler
	// Replay gives dead letters to the views that lack them. What the user has to mend is a *UserError. Nil if there is no such route.
	Replay func(ctx context.Context, r Replay) (Replayed, error)
	// Statements applies a text of statements. What the user has to mend is a *UserError. Nil if there is no such route.
	Statements func(ctx context.Context, text string) (*preview.Preview, error)
	// Trial runs a view that is not created yet over the newest events. What cannot be tried is a *UserError. Nil if there is no such route.
	Trial func(ctx context.Context, t Trial) (*Tried, error)
	// Dashboard makes the Grafana dashboard of a view, in JSON. What the user has to mend is a *UserError. Nil if there are no such routes.
	Dashboard func(ctx context.Context, of Draw) ([]byte, error)
	// Around stands around all that is served, within the router, so that it sees routes; nil for nothing.
	Around func(http.Handler) http.Handler
}

// withDefaults fills in what is zero.
func (o Options) withDefaults() Options {
	if o.DefaultRows == 0 {
		o.DefaultRows = 10_000
	}
	if o.MaxRows == 0 {
		o.MaxRows = 1_000_000
	}
	o.DefaultRows = min(o.DefaultRows, o.MaxRows)
	if o.MaxBody == 0 {
		o.MaxBody = 1 << 20
	}
	if o.Heartbeat == 0 {
		o.Heartbeat = 15 * time.Second
	}
	return o
}

// api answers the requests.
type api struct {
	backend Backend
	options Options
	schema  schemaCache
}

// New returns the API over b. The console answers every path that the API does not have; nil leaves them not found.
func New(b Backend, console http.Handler, o Options) http.Handler {
	a := &api{backend: b, options: o.withDefaults()}
	r := chi.NewRouter()
	if o.Around != nil {
		r.Use(o.Around)
	}
	r.Use(a.origins(), a.token())
	r.NotFound(writeNoRoute)
	r.MethodNotAllowed(writeNoMethod)
	a.routes(r)
	if console != nil {
		r.Method(http.MethodGet, "/*", console)
		r.Method(http.MethodHead, "/*", console)
	}
	return r
}

func (a *api) routes(r chi.Router) {
	r.Post("/v1/sql", a.serveSQL)
	r.Post("/v1/plan", a.servePlan)
	r.Get("/v1/plan", writeNoMethod)
	r.Post("/v1/validate", a.serveValidate)
	r.Get("/v1/validate", writeNoMethod)
	r.Get("/v1/schema", a.serveSchema)
	r.Post("/v1/export", a.serveExport)
	r.Get("/v1/export", writeNoMethod)
	r.Get("/v1/views", a.serveViews)
	r.Get("/v1/views/{view}", a.serveView)
	r.Get("/v1/views/{view}/changes", a.serveChanges)
	r.Get("/v1/views/{view}/why", a.serveWhy)
	r.Get("/v1/sources", a.serveSources)
	r.Post("/v1/sources/{source}/events", a.serveEvents)
	r.Get("/v1/sources/{source}/events", writeNoMethod)
	r.Get("/v1/alerts", a.serveAlerts)
	if a.options.Replay != nil {
		r.Post("/v1/dead-letters/replay", a.serveReplay)
		r.Get("/v1/dead-letters/replay", writeNoMethod)
	}
	if a.options.Statements != nil {
		r.Post("/v1/statements", a.serveStatements)
		r.Get("/v1/statements", writeNoMethod)
	}
	if a.options.Trial != nil {
		r.Post("/v1/preview", a.serveTrial)
		r.Get("/v1/preview", writeNoMethod)
	}
	if a.options.Dashboard != nil {
		r.Get("/v1/views/{view}/dashboard", a.serveDashboard)
		r.Post("/v1/dashboard", a.serveDrawn)
		r.Get("/v1/dashboard", writeNoMethod)
	}
	r.Get("/v1/status", a.serveStatus)
	r.Get("/v1/sql", writeNoMethod)
	r.Get("/v1/*", writeNoRoute) // the console must not answer for these
	r.Get("/healthz", a.serveHealth)
	r.Get("/readyz", a.serveReady)
	r.Method(http.MethodGet, "/metrics", metricsHandler(a.backend))
}
