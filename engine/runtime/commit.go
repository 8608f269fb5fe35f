package runtime

import (
	"context"
	"fmt"
	"time"

	"github.com/weirdb/weir/engine"
)

// commit is one epoch on its way into the store.
type commit struct {
	*engine.Commit
	took time.Duration // writing state and committing; whole once done
	own  time.Duration // of that, committing
	err  error         // set once done
	done chan struct{}
}

// startCommit commits in the background what was spent so much time on already, and ends the epoch's span, if it has one. It is retried
// for a while if the store fails; what it holds stays in memory until then.
func (e *Engine) startCommit(ctx context.Context, c *engine.Commit, epoch engine.Span, spent time.Duration) {
	run := &commit{Commit: c, took: spent, done: make(chan struct{})}
	e.committing = run
	go func() {
		defer close(run.done)
		defer e.config.Committing()()
		e.commit(ctx, run)
		if epoch != nil {
			epoch.End(e.config.Now(), run.err)
		}
	}()
}

// commit has the store commit, once the epoch may.
func (e *Engine) commit(ctx context.Context, run *commit) {
	started := e.config.Now()
	ctx, span := e.tracing.Start(ctx, engine.SpanStart{Name: "commit", At: started})
	defer func() { span.End(e.config.Now(), run.err) }()
	if e.config.BeforeCommit != nil {
		if run.err = e.config.BeforeCommit(run.Epoch); run.err != nil {
			return
		}
		started = e.config.Now()
	}
	run.err = e.retry(ctx, run.Epoch, func() error { return e.config.Store.Commit(ctx, run.Commit) })
	run.own = e.config.Now().Sub(started)
	run.took += run.own
}

// commitDone is closed once the commit under way is done; nil, on which one waits for ever, if there is none.
func (e *Engine) commitDone() <-chan struct{} {
	if e.committing == nil {
		return nil
	}
	return e.committing.done
}

// noticeCommit takes in a commit that is done.
func (e *Engine) noticeCommit() error {
	select {
	case <-e.commitDone():
		return e.awaitCommit()
	default:
		return nil
	}
}

// awaitCommit waits for the commit under way, if any, and tells everyone what is now durable.
func (e *Engine) awaitCommit() error {
	run := e.committing
	if run == nil {
		return nil
	}
	<-run.done
	e.committing = nil
	defer run.release()
	if run.err != nil {
		return run.err
	}
	e.epoch = run.Epoch
	e.phases.Commit += run.own
	e.committed(run)
	return nil
}

func (c *commit) release() {
	for _, change := range c.Changes {
		release(change.Batches)
	}
}

// commitRetries are the pauses between attempts to commit: a full disk or a slow one may come back.
var commitRetries = []time.Duration{100 * time.Millisecond, time.Second, 5 * time.Second, 15 * time.Second}

// retry does one step of a commit until it works, for a while; when the engine is to stop, once more and no longer.
func (e *Engine) retry(ctx context.Context, epoch int64, step func() error) error {
	for attempt := 0; ; attempt++ {
		last := e.isStopping()
		err := step()
		if err == nil {
			return nil
		}
		if attempt == len(commitRetries) || last || ctx.Err() != nil {
			return fmt.Errorf("commit epoch %d: %w", epoch, err)
		}
		e.config.Log.ErrorContext(ctx, "commit failed, will retry", "epoch", epoch, "in", commitRetries[attempt], "error", err)
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

// committed tells everyone what is now durable.
func (e *Engine) committed(c *commit) {
	e.hub.publish(c.Epoch, c.Changes)
	byName := map[string]*query{}
	for _, q := range e.queries {
		byName[q.Name] = q
	}
	for _, p := range c.Positions {
		if q := byName[p.Query]; q != nil {
			q.readingOf(p.Source).at(p.Partition).committed = p.Next
		}
	}
	for _, s := range e.sources {
		e.acknowledge(s)
	}
	for _, s := range e.sinks {
		s.poke()
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.status.Commits++
	e.status.CommitTime += c.took
	e.status.CommittedAt = e.config.Now()
}

// acknowledge tells a reader up to where all queries have committed. One that has failed holds this back: after a restart it
// goes on where it stood.
func (e *Engine) acknowledge(s *source) {
	if s.reader == nil {
		return
	}
	safe := map[string]int64{}
	for name, p := range s.positions {
		next := p.next
		for _, r := range s.readings {
			next = min(next, r.at(name).committed)
		}
		if next != unread {
			safe[name] = next
		}
	}
	s.committed(safe)
}
