package node

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/runtime"
	"github.com/weirdb/weir/sql/catalog"
)

// A view is tried before it is created: an engine of its own, over a database in memory, reads the newest events of its sources beside the one
// that runs, for a few seconds. Nothing is kept of it, and no source hears of it.
//
//	running   bid ──────────────────────────► views      │ weir.duckdb
//	trial     bid, newest events, aside ─► the new view  │ in memory
const (
	trialName   = "weir_preview"
	trialMost   = 500_000 // events of all sources, then it ends
	trialLook   = 50 * time.Millisecond
	trialCommit = 200 * time.Millisecond
	trialMemory = "256MB"
)

// Trial implements the API's previews of views. Whoever asks learns no more than by queries and definitions: only sources that are there can
// be read.
func (n *Node) Trial(ctx context.Context, wanted server.Trial) (*server.Tried, error) {
	if !n.trying.TryLock() {
		return nil, &server.UserError{Code: "refused", Message: "another view is being previewed; try again in a few seconds", Position: -1}
	}
	defer n.trying.Unlock()
	if !n.runs() {
		return nil, server.ErrStarting
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	n.setEndTry(stop)
	defer n.setEndTry(nil)
	tried, err := n.trial(ctx, wanted)
	if errors.Is(context.Cause(ctx), errTrialEnded) {
		if err == nil {
			release(tried.Rows)
		}
		return nil, &server.UserError{Code: "refused", Message: errTrialEnded.Error(), Position: -1}
	}
	return tried, err
}

// runs reports whether an engine runs.
func (n *Node) runs() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.stop != nil
}

var errTrialEnded = errors.New("the preview was ended, because definitions have changed or Weir stops; try again")

func (n *Node) setEndTry(stop context.CancelCauseFunc) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.endTry = stop
}

// endTrial ends the trial that is under way, if there is one, and lets none begin until trying is unlocked: what it reads with is the engine's,
// and the next engine has its own.
func (n *Node) endTrial() {
	n.mu.Lock()
	if n.endTry != nil {
		n.endTry(errTrialEnded)
	}
	n.mu.Unlock()
	n.trying.Lock()
}

func release(batches []arrow.RecordBatch) {
	for _, b := range batches {
		b.Release()
	}
}

// trial plans a view with a catalog of its own, and runs it.
func (n *Node) trial(ctx context.Context, wanted server.Trial) (*server.Tried, error) {
	text, shift, err := trialText(wanted.SQL)
	if err != nil {
		return nil, err
	}
	aside := n.beside()
	if err := aside.prepare(ctx); err != nil {
		return nil, errors.Join(err, aside.closeParts())
	}
	tried, err := n.try(ctx, aside, text, shift, wanted)
	return tried, errors.Join(err, aside.closeParts())
}

// beside is a node with a catalog of its own over the same database, for what is planned and not stored.
func (n *Node) beside() *Node {
	aside := &Node{options: n.options, store: n.store}
	aside.options.Workers = 1
	aside.tables = &plainTables{node: aside, asTheyAre: true}
	return aside
}

// try plans the view, runs it, and reads its table.
func (n *Node) try(ctx context.Context, aside *Node, text string, shift int, wanted server.Trial) (*server.Tried, error) {
	if _, err := aside.catalog.Apply(text); err != nil {
		return nil, shifted(err, text, wanted.SQL, shift)
	}
	v := aside.catalog.View(trialName)
	store, err := duckdb.Open("", duckdb.StoreOptions{MemoryLimit: trialMemory, Threads: 1, Functions: n.options.Functions, Detectors: Detectors()})
	if err != nil {
		return nil, err
	}
	tried, err := n.tryIn(ctx, store, aside, v, wanted)
	return tried, errors.Join(err, store.Close())
}

func (n *Node) tryIn(ctx context.Context, store *duckdb.Store, aside *Node, v *catalog.View, wanted server.Trial) (*server.Tried, error) {
	err := store.Change(ctx, func(c *duckdb.Catalog) error { return c.CreateView(v.Name, v.Columns, "Weir preview") })
	if err != nil {
		return nil, err
	}
	c, err := n.trialConfig(ctx, store, aside, v)
	if err != nil {
		return nil, err
	}
	e, err := runtime.New(c)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if err := runTrial(ctx, e, wanted); err != nil {
		return nil, err
	}
	status := e.Status()
	if s := unreached(&status); s != nil {
		return nil, unreadable(s)
	}
	tried := &server.Tried{Columns: v.Columns, Emit: v.Emit, Took: time.Since(began)}
	for i := range status.Sources {
		s := &status.Sources[i]
		tried.Sources = append(tried.Sources, server.TriedSource{Source: s.Name, Events: s.Records, DeadLetters: s.DeadLetters})
	}
	if err := readTried(ctx, store, tried, wanted.Rows); err != nil {
		return nil, err
	}
	return tried, noteTrial(tried, &status, v)
}

// trialConfig is an engine with the view alone.
func (n *Node) trialConfig(ctx context.Context, store *duckdb.Store, aside *Node, v *catalog.View) (runtime.Config, error) {
	c := runtime.Config{
		Store: store, Letters: store, Workers: 1, CommitInterval: trialCommit, Log: slog.New(slog.DiscardHandler), Now: n.options.Now,
		Views: map[string]runtime.ViewInfo{v.Name: {SQL: v.Select, Emit: v.Emit}},
	}
	q, err := aside.build(v)
	if err != nil {
		return c, err
	}
	c.Queries = []engine.Query{q}
	status := n.Status()
	for _, s := range aside.catalog.Sources {
		if !v.Reads(s.Name) {
			continue
		}
		source, err := n.trialSource(ctx, aside, s, &status)
		if err != nil {
			return c, err
		}
		c.Sources = append(c.Sources, source)
	}
	for _, s := range aside.tableSources() {
		if v.Reads(s.Name) {
			s.Source = tableAsItIs{n.store, s.Name}
			c.Sources = append(c.Sources, s)
		}
	}
	return c, nil
}

// runTrial runs the engine until the view has enough rows, its time is up, or there is nothing more to read.
func runTrial(ctx context.Context, e *runtime.Engine, wanted server.Trial) error {
	run, stop := context.WithTimeout(ctx, wanted.For)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- e.Run(run) }()
	tick := time.NewTicker(trialLook)
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return err
		case <-tick.C:
			status := e.Status()
			if triedEnough(&status, wanted.Rows) {
				stop()
			}
		}
	}
}

// unreached is a source that could not be opened: a trial is too short to ask again.
func unreached(s *engine.Status) *engine.SourceStatus {
	for i := range s.Sources {
		if s.Sources[i].State == "retrying" {
			return &s.Sources[i]
		}
	}
	return nil
}

func triedEnough(s *engine.Status, rows int) bool {
	if len(s.Queries) == 0 {
		return false
	}
	events, ended := int64(0), len(s.Sources) > 0
	for i := range s.Sources {
		events += s.Sources[i].Records
		ended = ended && s.Sources[i].State == "ended"
	}
	q := &s.Queries[0]
	return unreached(s) != nil || q.State == "failed" || events >= trialMost || ended && q.State == "ended" || q.RowsOut >= int64(rows) && q.Emit == engine.EmitClose
}
