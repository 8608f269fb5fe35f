package runtime

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/weirdb/weir/engine"
)

// commit ends the epoch: operators flush, their state is written, and one transaction holds all of it. It is retried for a
// while if the store fails; what it holds stays in memory until then, and no further rounds run.
func (e *Engine) commit(ctx context.Context) error {
	defer func() { e.epochStart, e.epochRows, e.epochBytes = e.config.Now(), 0, 0 }()
	e.flush()
	var c *engine.Commit
	var queries []*query
	err := e.retry(ctx, func() (err error) { c, queries, err = e.gatherCommit(); return err })
	if err != nil || c == nil {
		return err
	}
	if e.config.BeforeCommit != nil {
		if err := e.config.BeforeCommit(c.Epoch); err != nil {
			return err
		}
	}
	started := e.config.Now()
	if err := e.retry(ctx, func() error { return e.config.Store.Commit(ctx, c) }); err != nil {
		return err
	}
	e.epoch = c.Epoch
	e.committed(c, queries, e.config.Now().Sub(started))
	return nil
}

// flush has the operators emit what they have gathered.
func (e *Engine) flush() {
	var due []*query
	for _, q := range e.queries {
		if q.failed == nil && (q.dirty || !q.flushed) {
			q.flushed = true
			due = append(due, q)
		}
	}
	e.runStages(due, true)
	for _, q := range e.queries {
		if q.failed != nil {
			q.drop()
		}
	}
}

// gatherCommit collects what has changed since the last commit; nil if nothing has.
func (e *Engine) gatherCommit() (*engine.Commit, []*query, error) {
	c := &engine.Commit{Epoch: e.epoch + 1}
	var dirty []*query
	for _, q := range e.queries {
		if q.failed != nil || (!q.dirty && len(q.changes) == 0) {
			continue
		}
		dirty = append(dirty, q)
		if len(q.changes) > 0 {
			c.Changes = append(c.Changes, engine.Change{View: q.Name, Batches: q.changes})
		}
		c.Late = append(c.Late, q.late...)
		for _, name := range sortedKeys(q.positions) {
			at := q.positions[name]
			if at.next == unread {
				continue
			}
			c.Positions = append(c.Positions, engine.Position{
				Query: q.Name, Source: q.Source, Partition: name, Next: at.next, Watermark: at.watermark,
			})
		}
	}
	e.gatherSources(c)
	if len(dirty) == 0 && len(c.DeadLetters) == 0 {
		return nil, nil, nil
	}
	var err error
	c.State, err = e.snapshot(dirty, c.Epoch)
	return c, dirty, err
}

// gatherSources adds dead letters, and the sources' own positions that say which of them are known.
func (e *Engine) gatherSources(c *engine.Commit) {
	for _, s := range e.sources {
		c.DeadLetters = append(c.DeadLetters, s.letters...)
		for _, name := range sortedKeys(s.positions) {
			if p := s.positions[name]; p.next > 0 {
				c.Positions = append(c.Positions, engine.Position{Source: s.Name, Partition: name, Next: p.next, Watermark: engine.MinTime})
			}
		}
	}
}

// snapshot writes the state of the queries' operators, a file for each shard that has any, all shards in parallel.
func (e *Engine) snapshot(queries []*query, epoch int64) ([]engine.StateFile, error) {
	var files []engine.StateFile
	var chains []*chain
	for _, q := range queries {
		for i, s := range q.stages {
			for shard, c := range s.chains {
				if c.keepsState() {
					files = append(files, engine.StateFile{Query: q.Name, Stage: i, Name: fmt.Sprintf("%d-%s-%d-%d", epoch, q.Name, i, shard)})
					chains = append(chains, c)
				}
			}
		}
	}
	errs := make([]error, len(files))
	e.parallel(len(files), func(i, _ int) {
		err := guard("write state", func() error { return e.snapshotChain(files[i].Name, chains[i]) })
		if err != nil {
			errs[i] = fmt.Errorf("query %s: write state: %w", files[i].Query, err)
		}
	})
	return files, errors.Join(errs...)
}

func (e *Engine) snapshotChain(name string, c *chain) error {
	sink, err := e.config.Store.CreateState(name)
	if err != nil {
		return err
	}
	for i, op := range c.ops {
		if s, ok := op.(engine.Snapshotter); ok {
			if err := s.Snapshot(section{sink, i}); err != nil {
				return errors.Join(err, sink.Close())
			}
		}
	}
	return sink.Close()
}

// commitRetries are the pauses between attempts to commit: a full disk or a slow one may come back.
var commitRetries = []time.Duration{100 * time.Millisecond, time.Second, 5 * time.Second, 15 * time.Second}

// retry does one step of a commit until it works, for a while; when the engine is to stop, once more and no longer.
func (e *Engine) retry(ctx context.Context, step func() error) error {
	for attempt := 0; ; attempt++ {
		last := e.isStopping()
		err := step()
		if err == nil {
			return nil
		}
		if attempt == len(commitRetries) || last || ctx.Err() != nil {
			return fmt.Errorf("commit epoch %d: %w", e.epoch+1, err)
		}
		e.config.Log.Error("commit failed, will retry", "epoch", e.epoch+1, "in", commitRetries[attempt], "error", err)
		select {
		case <-time.After(commitRetries[attempt]):
		case <-e.stopping:
		case <-ctx.Done():
		}
	}
}

func (e *Engine) isStopping() bool {
	select {
	case <-e.stopping:
		return true
	default:
		return false
	}
}

// committed tells everyone what is now durable, and begins the next epoch.
func (e *Engine) committed(c *engine.Commit, queries []*query, took time.Duration) {
	for _, change := range c.Changes {
		e.hub.publish(change.View, c.Epoch, change.Batches)
	}
	for _, q := range queries {
		for _, at := range q.positions {
			at.committed = at.next
		}
		release(q.changes)
		q.changes, q.late, q.dirty = nil, nil, false
	}
	for _, s := range e.sources {
		s.letters = nil
		e.acknowledge(s)
	}
	for _, s := range e.sinks {
		s.poke()
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.status.Commits++
	e.status.CommitTime += took
	e.status.CommittedAt = e.config.Now()
}

// acknowledge tells a reader up to where all queries have committed. One that has failed holds this back: after a restart it
// goes on where it stood.
func (e *Engine) acknowledge(s *source) {
	safe := map[string]int64{}
	for name, p := range s.positions {
		next := p.next
		for _, q := range s.queries {
			next = min(next, q.at(name).committed)
		}
		if next != unread {
			safe[name] = next
		}
	}
	s.committed(safe)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
