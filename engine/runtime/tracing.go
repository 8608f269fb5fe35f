package runtime

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/weirdb/weir/engine"
)

// Spans are made where an epoch ends, of what was counted in it anyhow: rounds know nothing of them. What rounds did in turns is drawn
// one after the other, so that lengths are true:
//
//	rounds   gather decode stages gather decode stages gather decode stages │ await │ flush │ state │ commit beside the next epoch
//	spans    epoch ────────────────────────────────────────────────────────────────────────────────────────┐
//	          gather ──────────── decode ─────────────── stages ─────────── │ await │ flush │ state │ commit ┤
//	                                                                                                 deliver ┴─► to each sink
//
// An epoch that commits nothing has no span.

// tracing is what the engine remembers to make spans.
type tracing struct {
	engine.Tracer
	on    bool    // somebody keeps spans: it is worth looking for traces in what is read
	began counted // when the epoch began

	mu     sync.Mutex // guards recent
	recent map[int64]traced
}

// counted is what the engine has counted up to a moment.
type counted struct {
	phases                 engine.Phases
	rounds, records, bytes int64
}

// traced is what deliveries need to know of an epoch.
type traced struct {
	ctx   context.Context                  // of its span
	links map[string][]engine.TraceContext // by view: the traces that have contributed to it
}

// recentEpochs is how many epochs are remembered for sinks. What is delivered later has a trace of its own, without links.
const recentEpochs = 256

func newTracing(t engine.Tracer) *tracing {
	if t == nil {
		return &tracing{Tracer: engine.Untraced}
	}
	return &tracing{Tracer: t, on: true, recent: map[int64]traced{}}
}

// beginEpoch notes when the next epoch begins.
func (e *Engine) beginEpoch() {
	e.epochStart, e.epochRows, e.epochBytes = e.config.Now(), 0, 0
	e.tracing.began = e.counted()
}

func (e *Engine) counted() counted {
	c := counted{phases: e.phases, rounds: e.rounds}
	for _, s := range e.sources {
		c.records, c.bytes = c.records+s.records, c.bytes+s.bytes
	}
	return c
}

// ending are the moments of an epoch's end.
type ending struct{ rounds, awaited, flushed, written time.Time }

// traceEpoch makes the spans of an epoch that is about to be committed, but for the commit's own. The context is that of the epoch.
func (e *Engine) traceEpoch(ctx context.Context, c *engine.Commit, at ending) (context.Context, engine.Span) {
	t := e.tracing
	if !t.on {
		return ctx, nil
	}
	links := e.takeLinks()
	ctx, span := t.Start(ctx, engine.SpanStart{Name: "epoch", At: e.epochStart, Root: true, Links: joined(links), Attributes: e.epochAttributes(c)})
	spent, began := e.phases, t.began.phases
	decoded := at.rounds.Add(began.Stages - spent.Stages)
	gathered := decoded.Add(began.Decode - spent.Decode)
	t.phase(ctx, "gather", gathered.Add(began.Gather-spent.Gather), gathered)
	t.phase(ctx, "decode", gathered, decoded)
	t.phase(ctx, "stages", decoded, at.rounds)
	t.phase(ctx, "await", at.rounds, at.awaited)
	t.phase(ctx, "flush", at.awaited, at.flushed)
	t.phase(ctx, "state", at.flushed, at.written, slog.Int("weir.state_files", len(c.State)))
	t.remember(c.Epoch, traced{ctx, links})
	return ctx, span
}

func (e *Engine) epochAttributes(c *engine.Commit) []slog.Attr {
	now, began, written := e.counted(), e.tracing.began, int64(0)
	for _, change := range c.Changes {
		written += countRows(change.Batches)
	}
	return []slog.Attr{
		slog.Int64("weir.epoch", c.Epoch), slog.Int64("weir.rounds", now.rounds-began.rounds),
		slog.Int64("weir.records", now.records-began.records), slog.Int64("weir.bytes", now.bytes-began.bytes),
		slog.Int64("weir.rows_written", written), slog.Int("weir.late_rows", len(c.Late)), slog.Int("weir.dead_letters", len(c.DeadLetters)),
	}
}

func countRows(batches []engine.Batch) (rows int64) {
	for _, b := range batches {
		rows += b.Rows.NumRows()
	}
	return rows
}

func (t *tracing) phase(ctx context.Context, name string, from, to time.Time, attributes ...slog.Attr) {
	_, span := t.Start(ctx, engine.SpanStart{Name: name, At: from})
	span.End(to, nil, attributes...)
}

func (t *tracing) remember(epoch int64, of traced) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.recent[epoch] = of
	delete(t.recent, epoch-recentEpochs)
}

// startDelivery begins the span of one delivery: below the epoch that it is of.
func (t *tracing) startDelivery(ctx context.Context, s *sinkRun, epoch int64) (context.Context, engine.Span) {
	start := engine.SpanStart{Name: "deliver " + s.Name, Sends: true, Root: true}
	if !t.on {
		return t.Start(ctx, start)
	}
	start.Attributes = []slog.Attr{slog.String("weir.sink", s.Name), slog.String("weir.view", s.View), slog.String("weir.connector", s.Connector),
		slog.Int64("weir.epoch", epoch)}
	t.mu.Lock()
	of, known := t.recent[epoch]
	t.mu.Unlock()
	if !known {
		return t.Start(ctx, start)
	}
	start.Root, start.Links = false, of.links[s.View]
	within, span := t.Start(of.ctx, start)
	return inSpan{ctx, within}, span
}

// inSpan is a context that ends as one does, within the span of another.
type inSpan struct {
	context.Context
	span context.Context
}

// Value implements context.Context.
func (c inSpan) Value(key any) any {
	if v := c.span.Value(key); v != nil {
		return v
	}
	return c.Context.Value(key)
}

// tracesIn are traces that records belong to and whose spans are kept, each once, as many as a span has links.
func tracesIn(records []engine.Record) (found []engine.TraceContext) {
	for i := range records {
		if records[i].Meta == nil {
			continue
		}
		c := engine.TraceContextOf(records[i].Meta.Headers)
		if !c.Sampled() || slices.Contains(found, c) {
			continue
		}
		if found = append(found, c); len(found) == engine.MostLinks {
			break
		}
	}
	return found
}

// link notes traces that have contributed to what the query changes in this epoch.
func (q *query) link(traces []engine.TraceContext) {
	for _, c := range traces {
		if len(q.links) < engine.MostLinks && !slices.Contains(q.links, c) {
			q.links = append(q.links, c)
		}
	}
}

// joined are the traces that have contributed to any view, as many as a span has links.
func joined(links map[string][]engine.TraceContext) (out []engine.TraceContext) {
	for _, view := range sortedKeys(links) {
		for _, c := range links[view] {
			if len(out) < engine.MostLinks && !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	return out
}

// takeLinks are the traces that have contributed to each view.
func (e *Engine) takeLinks() map[string][]engine.TraceContext {
	links := map[string][]engine.TraceContext{}
	for _, q := range e.queries {
		if len(q.links) > 0 {
			links[q.Name], q.links = q.links, nil
		}
	}
	return links
}
