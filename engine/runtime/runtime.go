// Package runtime moves batches from sources through operators into the store.
//
// Work goes in rounds and epochs. A round takes what the readers have fetched, decodes it and runs the inputs of every query on
// it, all partitions in parallel; beside that the first stages, all shards in parallel, on what the round before has left them.
// An epoch is as many rounds as fit between two commits; at its end the stages catch up, the operators flush what they have
// gathered, and one transaction holds results, positions, watermarks and state.
//
//	reader ─► fetches ─┐
//	reader ─► fetches ─┤ round: decode, inputs │ split │ advance watermarks │ stages, level by level
//	reader ─► fetches ─┘   └────────────────────── epoch ──────────────────────┘ flush, snapshot, commit ─► live readers, sinks
//
// Nothing runs between epochs, so that a snapshot is the state of all operators after the same events. Operators have no
// goroutines; workers are goroutines that take (partition) or (query, stage, shard) tasks, and wait for each other after each
// level. A query that fails stops alone: what it did since the last commit is dropped, the others go on.
//
// Files: source.go reads and tracks partitions, tables.go does what is special about plain tables, reading.go is how far a query has
// come in a source, opening.go opens sources beside the loop, begin.go is where a query starts in them, query.go holds a query's graph, chain.go links operators, watermark.go says how far time
// has come, align.go has partitions that are ahead wait, future.go refuses events that are too far ahead of the clock, setaside.go takes
// rows out of a fetch, letters.go gives dead letters again, round.go and epoch.go are the two loops, snapshot.go and commit.go make an
// epoch durable, log.go, steps.go and replay.go keep what has come to a stage since its state was written, retention.go drops old rows,
// failure.go tells what has stopped, restore.go starts from the last commit, pause.go and succeed.go are what rests and how another engine
// goes on, outbox.go has views stand still whose sinks do not take what they change, describe.go and status.go tell what is going on,
// tracing.go does so in spans, hub.go and sinks.go hand on what was committed.
package runtime

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// Source is a source to read, and how.
type Source struct {
	Name      string
	Connector string
	// Of is the source that this one reads once more, beside it: dead letters are that one's, and may be known. Empty if it is a source
	// of its own.
	Of        string
	Source    engine.Source
	Format    engine.Format // nil if the connector gives rows by columns
	Columns   []types.Field // all that are declared
	EventTime int           // position in Columns, -1 if there is no watermark
	Delay     time.Duration // of the watermark behind the highest event time
	// Table says that the source is a plain table: it is read up to its end before anything else is processed, and has no part in
	// watermarks. Queries on it stop when it fails.
	Table bool
	// IdleTimeout is how long a partition in which nothing waits may be silent before the watermark goes on without it; 0
	// means that it never does.
	IdleTimeout time.Duration
	Paused      bool // it is not read
	// MaxFuture is how far an event time may lie ahead of the clock; 0 for any time.
	MaxFuture time.Duration
	// MaxAhead is how far a partition may be ahead of the slowest, in event time; 0 for any distance.
	MaxAhead time.Duration
}

// Sink is a sink to deliver a view's changes to.
type Sink struct {
	Name      string
	View      string // or engine.DeadLettersTable, or engine.LateRowsTable
	Connector string
	Sink      engine.Sink
	Paused    bool // it delivers nothing; what the view changes waits in the outbox
	// MaxOutbox is beyond how many bytes waiting the view stands still: see outbox.go. 0 for never.
	MaxOutbox int64
}

// Outbox keeps changes for sinks from the commit that made them until they are delivered.
type Outbox interface {
	// Pending returns the deliveries that a sink has not confirmed, oldest first, at most limit. The caller releases the
	// batches in them.
	Pending(ctx context.Context, sink string, limit int) ([]engine.Delivery, error)
	// Backlog tells what waits for a sink. It costs next to nothing, and may be called by any goroutine.
	Backlog(sink string) engine.Backlog
	// Done confirms a delivery.
	Done(ctx context.Context, sink string, epoch int64) error
}

// Config says what to run.
type Config struct {
	Store   engine.Store
	Outbox  Outbox  // may be nil if there are no sinks
	Letters Letters // may be nil: nothing was refused before
	Sources []Source
	Queries []engine.Query
	Views   map[string]ViewInfo // by query name
	Sinks   []Sink
	// Workers is how many goroutines process; each query's later stages have as many shards.
	Workers int
	// CommitInterval is how long an epoch lasts. Zero commits after every round.
	CommitInterval time.Duration
	// EpochRows ends an epoch early once so many rows were read or written in it, which bounds what is held in memory.
	EpochRows int
	// EpochBytes ends an epoch early once records of so many bytes were read in it, for records that are few but long.
	EpochBytes int64
	// Logs says how state is written at a commit; the zero value will do.
	Logs LogSizes
	// Bounded reads what the sources hold now, closes all windows, commits and returns.
	Bounded bool
	// BeforeCommit is called once before each commit; an error ends the run there, as a crash would. It may be nil.
	BeforeCommit func(epoch int64) error
	// Committing is called when an epoch's state begins to be written, and again when its commit begins; what it returns, when that is
	// done, by the same goroutine. The two never overlap. It may be nil.
	Committing func() (committed func())
	// Tracer takes spans; nil if nobody keeps any.
	Tracer engine.Tracer
	// Relieved is called once, by the loop, when a view that stands still for a sink may go on: another engine has to take over. It may be
	// nil, and is not called in a bounded run.
	Relieved func()
	// Now is the wall clock, for idleness, status, and event times that are too far ahead of it.
	Now func() time.Time
	Log *slog.Logger
}

// ViewInfo is what Status shows of a view beyond its query.
type ViewInfo struct {
	SQL    string
	Emit   string
	Paused bool // it reads nothing, and keeps its table, positions and state
	Alert  bool // its rows are transitions
	// From is when the query begins if it has not read anything of a source yet; zero for the source's beginning.
	From time.Time
}

// Engine runs queries. Make one with New, run it once.
type Engine struct {
	config  Config
	sources []*source
	queries []*query
	hub     *hub
	sinks   []*sinkRun

	epoch      int64   // the last one committed
	committing *commit // the one on its way; nil if there is none
	epochStart time.Time
	epochRows  int   // read and written since the last commit
	epochBytes int64 // of records read since the last commit
	rounds     int64 // since the start
	phases     engine.Phases
	tracing    *tracing
	described  time.Time // when what the queries hold was last looked at
	stopping   <-chan struct{}

	replays   chan *replayRequest
	replaying *replayRequest // to be seen to behind this round; nil if there is none
	given     []*redelivery  // of this epoch
	relieved  bool           // Relieved was called
	over      chan struct{}  // closed when Run returns

	handedOver atomic.Bool // another engine goes on: live readers stay

	mu     sync.Mutex // guards status
	status engine.Status
}

// New prepares an engine. It touches nothing outside until Run.
func New(c Config) (*Engine, error) {
	if c.Workers < 1 {
		return nil, fmt.Errorf("runtime: %d workers, want at least 1", c.Workers)
	}
	if c.EpochRows == 0 {
		c.EpochRows = 2_000_000
	}
	if c.EpochBytes == 0 {
		c.EpochBytes = 256 << 20
	}
	c.Logs = c.Logs.withDefaults()
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Committing == nil {
		c.Committing = func() func() { return func() {} }
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	e := &Engine{config: c, hub: newHub(), replays: make(chan *replayRequest), over: make(chan struct{}), tracing: newTracing(c.Tracer)}
	byName := map[string]*source{}
	for _, s := range c.Sources {
		run := &source{Source: s, log: c.Log, traced: e.tracing.on, positions: map[string]*partition{}}
		e.sources = append(e.sources, run)
		byName[s.Name] = run
	}
	for _, q := range c.Queries {
		run, err := newQuery(q, byName, c.Workers)
		if err != nil {
			return nil, err
		}
		run.paused = c.Views[q.Name].Paused
		e.queries = append(e.queries, run)
	}
	for _, s := range c.Sinks {
		e.sinks = append(e.sinks, &sinkRun{Sink: s, wake: make(chan struct{}, 1)})
	}
	e.status = engine.Status{Started: c.Now(), Workers: c.Workers}
	return e, nil
}

// newQuery joins a query with the sources that it reads.
func newQuery(q engine.Query, sources map[string]*source, workers int) (*query, error) {
	run := &query{Query: q, workers: workers, output: types.Schema(q.Output), expired: engine.MinTime}
	for _, in := range q.Inputs {
		s, ok := sources[in.Source]
		if !ok {
			return nil, fmt.Errorf("runtime: query %s reads source %s, which is not there", q.Name, in.Source)
		}
		r := run.readingOf(in.Source)
		if r == nil {
			r = &reading{query: run, source: s, positions: map[string]*position{}, watermark: engine.MinTime, horizon: engine.MinTime}
			run.readings, s.readings = append(run.readings, r), append(s.readings, r)
		}
		r.anew = r.anew || in.Anew
		scan := &input{Input: in, reading: r}
		r.inputs, run.inputs = append(r.inputs, scan), append(run.inputs, scan)
	}
	return run, nil
}

// Run reads, processes and commits until ctx is done or, when bounded, the input has ended. When ctx is done it commits what
// it has processed, and returns nil. An error means that nothing after the last commit was kept.
func (e *Engine) Run(ctx context.Context) (err error) {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer close(e.over)
	defer stop()
	e.stopping = ctx.Done()
	e.publishStatus() // sources and views are known before a broker answers
	if e.config.Bounded {
		e.drainFull(ctx)
	}
	err = e.start(ctx, work)
	if err == nil && ctx.Err() == nil {
		err = e.loadTables(ctx, work)
	}
	if err != nil || ctx.Err() != nil {
		return errors.Join(err, e.awaitCommit(), e.close())
	}
	defer func() { err = errors.Join(err, e.close()) }()
	sinks := e.startSinks(work)
	err = e.loop(ctx, work)
	stop()
	sinks.Wait()
	if err == nil && e.config.Bounded {
		err = e.drainSinks(ctx)
	}
	return err
}

// start opens everything, and gives up once ctx is done: a source that does not answer must not hold up a shutdown.
func (e *Engine) start(ctx, work context.Context) error {
	work, giveUp := context.WithCancel(work)
	forget := context.AfterFunc(ctx, giveUp)
	err := e.open(work)
	if !forget() { // given up: nothing was processed, and what failed may have failed for this
		return nil
	}
	return err
}

// loop runs rounds until the input has ended or ctx is done.
func (e *Engine) loop(ctx, work context.Context) error {
	e.beginEpoch()
	e.align(e.epochStart) // where the last commit left them
	e.publishStatus()
	for {
		since := e.config.Now()
		fetches, more := e.gather(ctx)
		e.spend(&e.phases.Gather, since)
		if err := e.noticeCommit(); err != nil {
			return err
		}
		e.round(fetches)
		e.relieve()
		if err := e.replayAsked(work); err != nil {
			return err
		}
		e.tellFailures()
		e.publishStatus()
		stopping := ctx.Err() != nil
		if stopping || !more || e.epochIsOver() {
			if err := e.endEpoch(work); err != nil {
				return err
			}
			e.tellFailures() // of flushing
			e.publishStatus()
		}
		if !stopping && more {
			continue
		}
		if err := e.awaitCommit(); err != nil {
			return err
		}
		e.described = time.Time{} // whoever asks from now on sees the end
		e.publishStatus()
		if stopping || e.config.Bounded {
			e.tellLastLetters()
			return e.failure()
		}
		return e.rest(ctx, work)
	}
}

func (e *Engine) epochIsOver() bool {
	took := e.config.Now().Sub(e.epochStart)
	return e.epochRows >= e.config.EpochRows || e.epochBytes >= e.config.EpochBytes ||
		took >= e.config.CommitInterval || took < 0 // a clock that was set back
}

// close ends readers and sinks.
func (e *Engine) close() error {
	var errs []error
	for _, s := range e.sources {
		errs = append(errs, s.close())
	}
	for _, s := range e.sinks {
		if err := s.Sink.Sink.Close(); err != nil {
			errs = append(errs, fmt.Errorf("close sink %s: %w", s.Name, err))
		}
	}
	if !e.handedOver.Load() {
		e.hub.close()
	}
	return errors.Join(errs...)
}
