package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/runtime"
	"github.com/weirdb/weir/sql/catalog"
	"github.com/weirdb/weir/sql/parse"
)

// A view is tried before it is created: an engine of its own, over a database in memory, reads the newest events of its sources beside the one
// that runs, for a few seconds. Nothing is kept of it, and no source hears of it.
//
//	running   bid ──────────────────────────► views      │ weir.duckdb
//	trial     bid, newest events, aside ─► the new view  │ in memory
const (
	trialName   = "weir_preview"
	trialEvents = 20_000          // of each source that are read from before the present
	trialMost   = 500_000         // events of all sources, then it ends
	trialIdle   = 2 * time.Second // a partition in which nothing waits is waited for so long
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
	if n.running() == nil {
		return nil, server.ErrStarting
	}
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

// trialText is the statement that is tried for what a user gives: a SELECT, or a statement that creates a view. Shift is by how many bytes
// places in it are behind those in what was given.
func trialText(given string) (text string, shift int, err error) {
	statements, err := parse.Statements(given)
	head := "CREATE MATERIALIZED VIEW " + trialName + " "
	if err != nil && !beginsView(given) {
		return head + "AS " + given, len(head) + len("AS "), nil
	}
	if err != nil {
		return "", 0, mistakeOf(err)
	}
	if len(statements) == 1 {
		if s, ok := statements[0].(parse.CreateView); ok {
			return trialOf(given, s)
		}
	}
	return "", 0, &server.UserError{Code: "refused", Position: -1,
		Message: "a preview is of one SELECT, or of one CREATE MATERIALIZED VIEW; sources, sinks, macros and tables have to be there before"}
}

// beginsView reports whether a text begins as a statement of Weir's, so that it is no SELECT.
func beginsView(text string) bool {
	tokens, err := parse.Tokens(text)
	return err == nil && len(tokens) > 0 && (tokens[0].Is("CREATE") || tokens[0].Is("ALTER") || tokens[0].Is("DROP"))
}

// trialOf is a statement with the trial's name in place of its own. A backfill does not count: the newest events are read.
func trialOf(given string, s parse.CreateView) (text string, shift int, err error) {
	options := ""
	for name, v := range s.With {
		if name == "backfill" {
			continue
		}
		if options != "" {
			options += ", "
		}
		options += name + " = '" + strings.ReplaceAll(v.Text, "'", "''") + "'"
	}
	head := "CREATE MATERIALIZED VIEW " + trialName + " "
	if options != "" {
		head += "WITH (" + options + ") "
	}
	head += "AS "
	return head + s.Select.Of(given), len(head) - s.Select.Start, nil
}

// try plans the view, runs it, and reads its table.
func (n *Node) try(ctx context.Context, aside *Node, text string, shift int, wanted server.Trial) (*server.Tried, error) {
	if _, err := aside.catalog.Apply(text); err != nil {
		return nil, shifted(err, text, wanted.SQL, shift)
	}
	v := aside.catalog.View(trialName)
	store, err := duckdb.Open("", duckdb.StoreOptions{MemoryLimit: trialMemory, Threads: 1, Functions: n.options.Functions})
	if err != nil {
		return nil, err
	}
	tried, err := n.tryIn(ctx, store, aside, v, wanted)
	return tried, errors.Join(err, store.Close())
}

// shifted is a mistake in the text that is tried, at its place in what was given.
func shifted(err error, text, given string, shift int) error {
	var placed *parse.Error
	if !errors.As(err, &placed) || placed.Text != text {
		return userMistake(mistake{err})
	}
	at := placed.Pos - shift
	if at < 0 || at > len(given) {
		at = -1
	}
	return &server.UserError{Code: "weir", Message: placed.Message, Position: at}
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

// trialSource is a source as the running engine has it, read from before its present. Why it cannot be read so is a *server.UserError.
func (n *Node) trialSource(ctx context.Context, aside *Node, s *catalog.Source, status *engine.Status) (runtime.Source, error) {
	out, err := aside.reading(s)
	if err != nil {
		return out, err
	}
	n.mu.Lock()
	opened := n.sources[s.Name]
	n.mu.Unlock()
	if opened == nil {
		return out, &server.UserError{Code: "refused", Position: -1, Message: fmt.Sprintf("source %s is not open in the running Weir: it cannot be read beside it", s.Name)}
	}
	at := slices.IndexFunc(status.Sources, func(x engine.SourceStatus) bool { return x.Name == s.Name })
	if at >= 0 && status.Sources[at].Error != "" {
		return out, &server.UserError{Code: "refused", Position: -1, Message: fmt.Sprintf("source %s has stopped, so there is nothing to preview: %s", s.Name, status.Sources[at].Error)}
	}
	out.Paused = false
	if out.IdleTimeout == 0 || out.IdleTimeout > trialIdle {
		out.IdleTimeout = trialIdle
	}
	from := map[string]int64{}
	if at >= 0 {
		from = newest(ctx, opened, &status.Sources[at])
	}
	out.Source = besideSource{opened, from}
	return out, nil
}

// newest are the positions before the last events of each partition; none where positions do not count events: such a source is read from its
// beginning.
func newest(ctx context.Context, s engine.Source, now *engine.SourceStatus) map[string]int64 {
	each := int64(trialEvents / max(1, len(now.Partitions)))
	out := map[string]int64{}
	can, ok := s.(engine.Measurer)
	if !ok { // the generators: their positions are numbers of events
		for _, p := range now.Partitions {
			out[p.Partition] = max(0, p.Next-each)
		}
		return out
	}
	read := map[string]int64{}
	for _, p := range now.Partitions {
		read[p.Partition] = p.Next
	}
	extents, err := can.Measure(ctx, read)
	if err != nil { // reading it says why
		return nil
	}
	for name, x := range extents {
		if x.Unit == "records" && x.End >= 0 {
			out[name] = max(x.Begin, x.End-each)
		}
	}
	return out
}

// besideSource reads a source from given positions, beside the one who reads its present.
type besideSource struct {
	source engine.Source
	from   map[string]int64
}

// Open implements engine.Source.
func (s besideSource) Open(ctx context.Context, o engine.ReadOptions) (engine.Reader, error) {
	o.From, o.NotAfter, o.Again, o.Aside = s.from, nil, false, true
	return s.source.Open(ctx, o)
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
	return q.State == "failed" || events >= trialMost || ended && q.State == "ended" || q.RowsOut >= int64(rows) && q.Emit == engine.EmitClose
}
