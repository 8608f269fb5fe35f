package runtime

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/weirdb/weir/engine"
)

// open restores the last commit and has the sources opened where it stood.
func (e *Engine) open(ctx context.Context) (err error) {
	ctx, span := e.tracing.Start(ctx, engine.SpanStart{Name: "start", Root: true})
	defer func() { span.End(time.Time{}, err, slog.Int64("weir.epoch", e.epoch)) }()
	cp, err := e.config.Store.Load(ctx)
	if err != nil {
		return fmt.Errorf("load checkpoint: %w", err)
	}
	e.epoch = cp.Epoch
	e.hub.begin(cp.Epoch)
	for _, q := range e.queries {
		e.standFrom(q)
	}
	for _, s := range e.sources {
		s.needed()
	}
	for _, q := range e.queries {
		if q.restorePositions(cp); q.rests() {
			continue
		}
		if err := e.restoreQuery(ctx, q, cp); err != nil {
			return err
		}
	}
	for _, p := range cp.Positions {
		if s := e.sourceNamed(p.Source); s != nil && p.Query == "" {
			s.positions[p.Partition] = &partition{next: p.Next, waiting: -1}
		}
	}
	for _, s := range e.sources {
		for _, r := range s.readings { // where the last commit left it
			r.horizon, r.moved = r.watermark, e.config.Now()
		}
		if err := e.prepareOpening(ctx, s); err != nil {
			return err
		}
	}
	e.beginOpening()
	e.publishStatus()
	return e.awaitSources(ctx, func(s *source) bool { return s.Table || e.config.Bounded })
}

func (e *Engine) sourceNamed(name string) *source {
	for _, s := range e.sources {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// restoreQuery makes a query's operators, and gives them their state. If that fails, the query stops alone.
func (e *Engine) restoreQuery(ctx context.Context, q *query, cp engine.Checkpoint) (err error) {
	var files []engine.StateFile
	for _, f := range cp.State {
		if f.Query == q.Name {
			files = append(files, f)
		}
	}
	_, span := e.tracing.Start(ctx, engine.SpanStart{Name: "restore " + q.Name})
	defer func() {
		span.End(time.Time{}, errors.Join(err, q.failed), slog.String("weir.view", q.Name), slog.Int("weir.state_files", len(files)), slog.Int64("weir.bytes", bytesOf(files)))
	}()
	for _, in := range q.inputs {
		if err := in.bind(); err != nil {
			return err
		}
	}
	if err := q.build(); err != nil {
		return err
	}
	q.flushed = len(files) > 0
	if err := guard("restore", func() error { return e.restoreState(q, files) }); err != nil { // the others go on
		q.fail(fmt.Errorf("restore state: %w; if its files cannot be put back, DROP the view and CREATE it anew, which computes it from its sources' "+
			"beginning", err))
	}
	q.repeated = q.duplicates()
	return nil
}

// bytesOf is how much state is in files, as it lies in memory.
func bytesOf(files []engine.StateFile) (bytes int64) {
	for _, f := range files {
		bytes += int64(f.Bytes)
	}
	return bytes
}

// restoreState gives the stages their state: all that is whole first, then what was logged after it.
func (e *Engine) restoreState(q *query, files []engine.StateFile) error {
	byStage := map[int][]engine.StateFile{}
	for _, f := range files {
		if f.Stage >= len(q.stages) {
			return fmt.Errorf("%s: there is no stage %d", f.Name, f.Stage)
		}
		byStage[f.Stage] = append(byStage[f.Stage], f)
	}
	for i, s := range q.stages {
		s.log.restored(byStage[i])
		for _, f := range s.log.whole {
			if err := e.restoreFile(s, f); err != nil {
				return err
			}
		}
		if err := e.replay(s, s.log.full); err != nil {
			return err
		}
		s.noteMore(e.config.Logs)
	}
	return nil
}

// readingOf is the query's reading of a source, nil if it does not read it.
func (q *query) readingOf(source string) *reading {
	for _, r := range q.readings {
		if r.source.Name == source {
			return r
		}
	}
	return nil
}

// restoreFile gives one file to the operators of every shard; each keeps the keys that it owns.
func (e *Engine) restoreFile(s *stage, f engine.StateFile) error {
	for shard, c := range s.chains {
		for i, op := range c.ops {
			keeper, ok := op.(engine.Snapshotter)
			if !ok {
				continue
			}
			from := stateFile{store: e.config.Store, name: f.Name, op: i, shard: engine.Shard{Index: shard, Count: len(s.chains)}}
			if err := keeper.Restore(from); err != nil {
				return err
			}
		}
	}
	return nil
}

// resume is where to read each partition from: where the query stands that has come least far. A partition that some query has
// not read at all starts where the source's option says, but not after that; queries that are ahead skip what they have seen. Stands are the
// positions of each query.
func resume(stands []map[string]int64) (from, notAfter map[string]int64) {
	from, notAfter = map[string]int64{}, map[string]int64{}
	for name := range partitionsIn(stands) {
		next, all := int64(math.MaxInt64), true
		for _, positions := range stands {
			at, ok := positions[name]
			all = all && ok
			if ok {
				next = min(next, at)
			}
		}
		if all {
			from[name] = next
		} else {
			notAfter[name] = next
		}
	}
	return from, notAfter
}

func partitionsIn(stands []map[string]int64) map[string]bool {
	names := map[string]bool{}
	for _, positions := range stands {
		for name := range positions {
			names[name] = true
		}
	}
	return names
}

// countedOf are the positions of those that say where to resume.
func countedOf(stands []stand) (out []map[string]int64) {
	for _, s := range stands {
		if s.counts {
			out = append(out, s.next)
		}
	}
	return out
}
