// Package node joins the parts of Weir into one process: the result database, the catalog, the operators of every view, the
// engine, and the answers that the HTTP API gives. It is the only place that knows them all.
//
//	Open ─► Apply statements ─► Run
package node

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weirdb/weir/connectors"
	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/connectors/format"
	"github.com/weirdb/weir/connectors/pgwire"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/metadata"
	"github.com/weirdb/weir/engine/metrics"
	"github.com/weirdb/weir/engine/runtime"
	"github.com/weirdb/weir/operators/aggregate"
	"github.com/weirdb/weir/operators/function"
	"github.com/weirdb/weir/sql/catalog"
	"github.com/weirdb/weir/sql/parse"
	"github.com/weirdb/weir/sql/planner"
)

// Options say how to run.
type Options struct {
	DB             string // path of the result database; empty for one in memory
	Workers        int
	CommitInterval time.Duration
	EpochRows      int   // 0 for the engine's default
	EpochBytes     int64 // likewise
	Logs           runtime.LogSizes
	Writable       bool // statements that come as queries may change plain tables
	Postgres       bool // clients of PostgreSQL's protocol will come, and ask about its catalogs
	Bounded        bool // read what is there now, close all windows, end
	// KeepLetters is how long dead letters and late rows are kept; 0 for ever.
	KeepLetters time.Duration
	// From is when views begin that have not read anything of a source yet; zero for the source's beginning.
	From        time.Time
	MemoryLimit string
	Threads     int // DuckDB's, for the result database
	Log         *slog.Logger
	Tracer      engine.Tracer // takes spans; nil if nobody keeps any
	// BeforeCommit is called before each commit; an error ends the run there, as a crash would. It may be nil.
	BeforeCommit func(epoch int64) error
	// Committing is called when an epoch's state begins to be written, and again when its commit begins; what it returns, when that is
	// done, by the same goroutine. The two never overlap. It may be nil.
	Committing func() (committed func())
	// Connectors are what CREATE SOURCE and CREATE SINK may name; nil for all there are.
	Connectors []engine.Connector
	// Functions are scalar functions in Go, which views and queries may call beside DuckDB's own.
	Functions []engine.Function
	// Now is the wall clock, for idleness, status and max_future; nil for the real one.
	Now func() time.Time
	// AnyTime says that Now has nothing to do with the times of the events: max_future does not count.
	AnyTime bool
	// Getenv looks up an environment variable for ${NAME} in options; nil for os.LookupEnv.
	Getenv func(string) (string, bool)
}

// Node is one running Weir. Apply and Run are for one goroutine; the methods of the HTTP API's backend for any.
type Node struct {
	options    Options
	store      *duckdb.Store
	planner    *planner.Planner
	catalog    *catalog.Catalog
	tables     *plainTables
	evaluators *evaluators
	decoding   sharedEvaluator // for the sources' decoders
	instance   string          // of the database
	alone      bool            // no source is read, and no sink delivers

	mu      sync.Mutex // guards engine and what follows
	engine  *runtime.Engine
	stop    context.CancelFunc    // has the engine's Run return; nil while none runs
	again   bool                  // and another engine go on
	began   chan struct{}         // closed when the next engine is there, or none will be
	clients func() engine.Clients // what clients of the PostgreSQL protocol do; nil if it is not served
	// flightClients is what clients of Flight SQL do; nil if it is not served.
	flightClients func() engine.Clients
	receivers     map[string]http.Handler    // what takes the events that are sent to sources
	sources       map[string]engine.Source   // that the engine reads, by name
	wanted        []*wantedText              // texts to be applied before the next engine begins
	held          map[string]map[place]int64 // views that stand still until their successors have come to them, and where
	asking        sync.Mutex                 // the catalog answers one question at a time
	metrics       *metrics.History           // of the last hours
	abouts        atomic.Pointer[abouts]     // what people are told of the views
	silences      atomic.Pointer[silences]   // of alerts
	replaying     sync.Mutex                 // dead letters are replayed by one at a time
	trying        sync.Mutex                 // one view at a time is tried, and none between two engines
	endTry        context.CancelCauseFunc    // ends the trial that is under way; nil without
}

// Open opens the result database and reads the definitions in it.
func Open(ctx context.Context, o Options) (*Node, error) {
	if o.Connectors == nil {
		o.Connectors = connectors.All
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	past := metrics.NewHistory()
	store, err := duckdb.Open(o.DB, duckdb.StoreOptions{MemoryLimit: o.MemoryLimit, Threads: o.Threads, Functions: o.Functions, Detectors: Detectors(), Metrics: past})
	if err != nil {
		return nil, err
	}
	n := &Node{options: o, store: store, metrics: past}
	n.tables = &plainTables{node: n}
	if o.Postgres {
		err = store.DefineBeside(pgwire.CatalogName, pgwire.CatalogSQL)
	}
	if err := errors.Join(err, n.prepare(ctx)); err != nil {
		return nil, errors.Join(err, n.Close())
	}
	return n, nil
}

func (n *Node) prepare(ctx context.Context) error {
	n.evaluators = newEvaluators(n.options.Workers, n.options.Functions)
	var err error
	if n.instance, err = n.store.Instance(ctx); err != nil {
		return err
	}
	return n.load(ctx)
}

// load makes the catalog what the database says.
func (n *Node) load(ctx context.Context) error {
	if n.planner != nil {
		if err := n.planner.Close(); err != nil {
			return err
		}
	}
	var err error
	if n.catalog, n.planner, err = newCatalog(n.options.Connectors, n.options.Functions, catalog.Config{Getenv: n.options.Getenv, Tables: n.tables, Now: n.options.Now}); err != nil {
		return err
	}
	entries, err := n.store.Entries(ctx)
	if err != nil {
		return err
	}
	definitions := make([]catalog.Definition, len(entries))
	for i, e := range entries {
		definitions[i] = catalog.Definition{Kind: e.Kind, Name: e.Name, Text: e.SQL}
	}
	defer n.tellAbouts()
	defer n.tellSilences()
	return n.catalog.Load(definitions)
}

// NewCatalog makes an empty catalog over the given connectors, plain tables, which may be nil, and functions. The caller closes the
// planner.
func NewCatalog(connectors []engine.Connector, tables catalog.Tables, functions ...engine.Function) (*catalog.Catalog, *planner.Planner, error) {
	return newCatalog(connectors, functions, catalog.Config{Tables: tables})
}

// newCatalog makes an empty catalog; config says what is not the same for all.
func newCatalog(connectors []engine.Connector, functions []engine.Function, config catalog.Config) (*catalog.Catalog, *planner.Planner, error) {
	p, err := planner.New(planner.Config{
		CheckAggregate: aggregate.Check,
		CheckRetracts:  aggregate.CheckRetracts,
		Detectors:      plannedDetectors,
		Register:       func(conn *sql.Conn) error { return duckdb.Register(conn, functions) },
	})
	if err != nil {
		return nil, nil, err
	}
	config.Planner, config.Connectors, config.Formats, config.InDuckDB = p, connectors, format.All, function.InDuckDB
	return catalog.New(config), p, nil
}

// Apply runs statements and stores the definitions that they change: all of them or, if one is a mistake, none.
func (n *Node) Apply(ctx context.Context, text string) ([]catalog.Answer, error) {
	done, err := n.inChange(ctx, text)
	if err != nil {
		return done.answers, errors.Join(err, n.load(ctx))
	}
	n.tellAbouts()
	n.tellSilences()
	n.warn(done.changes)
	return done.answers, nil
}

// warn tells which new views keep state that nothing bounds.
func (n *Node) warn(changes []catalog.Change) {
	for _, c := range changes {
		if c.View == nil {
			continue
		}
		if warning := c.View.Growth(); warning != "" {
			n.options.Log.Warn(warning, "view", c.View.Name)
		}
	}
}

func (n *Node) persist(c *duckdb.Catalog, changes []catalog.Change) error {
	for _, change := range changes {
		if err := n.persistOne(c, change); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(changes, func(x catalog.Change) bool { return x.Kind == parse.Alert }) {
		return c.DefineAlerts(n.alertTables())
	}
	return nil
}

func (n *Node) persistOne(c *duckdb.Catalog, change catalog.Change) error {
	if change.Rebuild {
		if err := dropObject(c, change); err != nil {
			return err
		}
	}
	if change.Text == "" {
		return c.Delete(string(change.Kind), change.Name)
	}
	if change.Macro != nil {
		if err := c.DefineMacro(change.Name, change.Macro.SQL()); err != nil {
			return err
		}
	}
	entry := duckdb.Entry{Kind: string(change.Kind), Name: change.Name, SQL: change.Text}
	if change.View != nil {
		if err := n.createView(c, change, &entry); err != nil {
			return err
		}
	}
	if change.Kind == parse.Alert && change.View.Alert.Sink == nil { // and what waits for one goes nowhere
		if err := c.DropSink(change.Name); err != nil {
			return err
		}
	}
	if change.Kept {
		return c.Restate(entry)
	}
	return c.Put(entry)
}

func dropObject(c *duckdb.Catalog, change catalog.Change) error {
	switch change.Kind {
	case parse.View:
		return c.DropView(change.Name)
	case parse.Alert:
		err := c.DropView(change.Name)
		if change.Text == "" { // one that is made anew still has to send what waits
			err = errors.Join(err, c.DropSink(change.Name))
		}
		return err
	case parse.Source:
		return c.DropSource(change.Name)
	case parse.Macro:
		return c.DropMacro(change.Name)
	}
	return c.DropSink(change.Name)
}

// Close frees everything. Run must have returned.
func (n *Node) Close() error { return errors.Join(n.closeParts(), n.store.Close()) }

// closeParts frees all but the store.
func (n *Node) closeParts() error {
	var errs []error
	if n.planner != nil {
		errs = append(errs, n.planner.Close())
	}
	if n.evaluators != nil {
		errs = append(errs, n.evaluators.close())
	}
	errs = append(errs, n.decoding.close())
	return errors.Join(errs...)
}

// Run reads, processes and commits until ctx is done or, when bounded, the input has ended.
func (n *Node) Run(ctx context.Context) error {
	if err := n.store.LockDown(); err != nil {
		return err
	}
	defer n.finish()
	beside, stop := context.WithCancel(ctx)
	var besides sync.WaitGroup
	besides.Go(func() { n.forgetLetters(beside) })
	if !n.options.Bounded {
		besides.Go(func() { n.watch(beside) })
	}
	defer besides.Wait()
	defer stop()
	n.trying.Lock()
	defer n.trying.Unlock()
	for first := true; ; first = false {
		e, engineCtx, err := n.nextEngine(ctx, first)
		if err != nil {
			return err
		}
		n.trying.Unlock()
		closing, err := n.runEngine(engineCtx, e)
		n.endTrial()
		if err != nil || ctx.Err() != nil && !n.options.Bounded {
			return err
		}
		goesOn := n.goesOn()
		if n.backfills() {
			if err := n.succeedAll(context.WithoutCancel(ctx), closing); err != nil {
				return err
			}
			goesOn = !n.options.Bounded
		}
		if n.applyWanted(context.WithoutCancel(ctx)) {
			goesOn = true
		}
		if !goesOn {
			return nil
		}
	}
}

// runEngine runs an engine until ctx is done, the input has ended, or successors of views are close behind these, whose names it returns.
func (n *Node) runEngine(ctx context.Context, e *runtime.Engine) (closing []string, err error) {
	run, stop := context.WithCancel(ctx)
	defer stop()
	if n.options.Bounded || !n.backfills() {
		return nil, e.Run(run)
	}
	watched := make(chan []string, 1)
	go func() {
		closing := n.watchBackfills(run, e)
		if len(closing) > 0 {
			e.HandOver()
		}
		watched <- closing
		stop()
	}()
	err = e.Run(run)
	stop()
	return <-watched, err
}

// backfills reports whether successors of views are being computed.
func (n *Node) backfills() bool {
	n.asking.Lock()
	defer n.asking.Unlock()
	return len(n.catalog.Backfills) > 0
}

func closeSinks(sinks []runtime.Sink) error {
	var errs []error
	for _, s := range sinks {
		errs = append(errs, s.Sink.Close())
	}
	return errors.Join(errs...)
}

func (n *Node) runtimeConfig() (runtime.Config, error) {
	c := runtime.Config{
		Store: n.store, Outbox: n.store, Letters: n.store, Views: map[string]runtime.ViewInfo{}, Workers: n.options.Workers,
		CommitInterval: n.options.CommitInterval, EpochRows: n.options.EpochRows, EpochBytes: n.options.EpochBytes, Logs: n.options.Logs, Bounded: n.options.Bounded, Log: n.options.Log, Tracer: n.options.Tracer,
		BeforeCommit: n.options.BeforeCommit, Committing: n.options.Committing, Now: n.options.Now,
	}
	if !n.options.Bounded {
		c.Relieved = n.relieved
	}
	for _, v := range n.catalog.Views {
		if n.held[v.Name] != nil {
			continue
		}
		q, err := n.build(v)
		if err != nil {
			return c, err
		}
		c.Queries = append(c.Queries, q)
		c.Views[v.Name] = n.viewInfo(v)
	}
	for _, s := range n.catalog.Sources {
		source, err := n.source(s)
		if err != nil {
			return c, fmt.Errorf("source %s: %w", s.Name, err)
		}
		c.Sources = append(c.Sources, source)
	}
	c.Sources = append(c.Sources, n.tableSources()...)
	if err := n.addBackfills(&c); err != nil {
		return c, err
	}
	for _, s := range n.catalog.AllSinks() {
		if n.alone {
			continue // what the views change waits in the outbox
		}
		sink, err := n.sink(s)
		if err != nil {
			return c, errors.Join(fmt.Errorf("sink %s: %w", s.Name, err), closeSinks(c.Sinks))
		}
		c.Sinks = append(c.Sinks, sink)
	}
	n.fillOutbox()
	return c, nil
}

// fillOutbox tells the store what to keep for which sink.
func (n *Node) fillOutbox() {
	sinks, kept := map[string][]string{}, []duckdb.KeptSink{}
	for _, s := range n.catalog.AllSinks() {
		if !s.Kept {
			sinks[s.View] = append(sinks[s.View], s.Name)
			continue
		}
		k := duckdb.KeptSink{Sink: s.Name, Table: s.View, Where: s.Where, MaxOutbox: s.MaxOutbox()}
		for _, f := range n.catalog.ReadBy(s).Columns {
			k.Columns = append(k.Columns, f.Name)
		}
		kept = append(kept, k)
	}
	n.store.SetSinks(sinks)
	n.store.SetKeptSinks(kept)
}

func (n *Node) source(s *catalog.Source) (runtime.Source, error) {
	out, err := n.reading(s)
	if err != nil {
		return out, err
	}
	out.Source, err = n.connect(s)
	n.receive(s.Name, out.Source)
	n.keepSource(s.Name, out.Source)
	return out, err
}

// keepSource keeps the source that the engine reads, for those that read beside it.
func (n *Node) keepSource(name string, s engine.Source) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.sources == nil {
		n.sources = map[string]engine.Source{}
	}
	n.sources[name] = s
}

// reading is how a source is read, but for what it is read from.
func (n *Node) reading(s *catalog.Source) (runtime.Source, error) {
	out := runtime.Source{
		Name: s.Name, Connector: s.Connector.Name, Columns: s.Columns, EventTime: s.EventTime,
		Delay: s.Delay, IdleTimeout: s.Options.Duration("idle_timeout"), MaxAhead: s.Options.Duration("max_ahead"),
		Paused: n.alone || n.catalog.Paused(parse.Source, s.Name),
	}
	if n.options.Tracer != nil && s.Connector.Traces { // for views whose rows bring it with them; it is made if one reads it
		out.Columns = append(slices.Clone(s.Columns), metadata.Traced())
	}
	if !n.options.AnyTime {
		out.MaxFuture = s.Options.Duration("max_future")
	}
	var err error
	if s.FormatSpec != nil {
		out.Format, err = s.FormatSpec.New(s.Options, &n.decoding)
	}
	return out, err
}

// connect makes the connector's source.
func (n *Node) connect(s *catalog.Source) (engine.Source, error) {
	return s.Connector.Source(engine.SourceConfig{
		Name: s.Name, Format: s.Format, Columns: metadata.Plain(s.Columns), Options: s.Options, Eval: &n.decoding, Dir: SourceDir(n.options.DB, s.Name),
	})
}

func (n *Node) sink(s *catalog.Sink) (runtime.Sink, error) {
	config := s.Config(n.catalog.ReadBy(s))
	config.Instance = n.instance
	out := runtime.Sink{Name: s.Name, View: s.View, Connector: s.Connector.Name, Paused: n.catalog.Paused(parse.Sink, s.Name), MaxOutbox: s.MaxOutbox()}
	open := func() (engine.Sink, error) { return s.Connector.Sink(config) }
	var err error
	if n.options.Bounded {
		out.Sink, err = open()
	} else {
		out.Sink = newLateSink(n.options.Log, s.Name, open)
	}
	if config.Alert && err == nil {
		out.Sink = n.noticeSink(s, out.Sink)
	}
	return out, err
}

// StateDir is the folder of the operators' state.
func (n *Node) StateDir() string { return n.store.StateDir() }

// Store is the result database.
func (n *Node) Store() *duckdb.Store { return n.store }

// Catalog is the set of definitions, for reading.
func (n *Node) Catalog() *catalog.Catalog { return n.catalog }
