package node

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/runtime"
)

// Dead letters are replayed some at a time, each time in one commit. Which views lack a letter is read while the engine runs that is then
// given it: another one may have views in whose tables the record is counted.
//
//	engine   ─── letters 1 … 1000 ─ commit ─── rounds ─── letters 1001 … ─ commit ───
//	letters  of those that have not been replayed since the replay began, the first

// Replay gives the dead letters that some view lacks to these views, for whoever asks over HTTP.
func (n *Node) Replay(ctx context.Context, r server.Replay) (server.Replayed, error) {
	if !n.options.Writable {
		return server.Replayed{}, &server.UserError{Code: "refused", Position: -1,
			Message: "dead letters can be replayed only if weir runs with --writable; or stop it, and use `weir replay dead-letters --db`"}
	}
	return n.replay(ctx, r)
}

// ReplayAlone gives dead letters again while nothing else happens: no source is read, and no sink delivers. It takes the place of Run.
func (n *Node) ReplayAlone(ctx context.Context, r server.Replay) (out server.Replayed, err error) {
	n.alone = true
	run, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- n.Run(run) }()
	defer func() {
		stop()
		if failed := <-ended; failed != nil {
			err = failed // the reason of what the replay has met
		}
	}()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for n.running() == nil {
		select {
		case failed := <-ended:
			ended <- nil
			return out, cmp.Or(failed, ctx.Err())
		case <-tick.C:
		}
	}
	return n.replay(ctx, r)
}

func (n *Node) replay(ctx context.Context, r server.Replay) (server.Replayed, error) {
	t := tally{Replayed: server.Replayed{Problems: []server.ReplayProblem{}}}
	if !n.replaying.TryLock() {
		return t.Replayed, &server.UserError{Message: "another replay of dead letters is under way; try again when it has ended", Code: "refused", Position: -1}
	}
	defer n.replaying.Unlock()
	lacked := duckdb.Lacked{Where: strings.TrimSpace(r.Where), Before: n.now()}
	var err error
	if lacked.Source, err = n.sourceName(r.Source); err != nil {
		return t.Replayed, err
	}
	for {
		replayed, err := n.replaySome(ctx, lacked)
		if err != nil || len(replayed) == 0 {
			t.order()
			return t.Replayed, err
		}
		t.add(replayed)
		lacked.Rows = nextRows(lacked.Rows, replayed)
	}
}

// nextRows is how many letters are given next: where a view has stopped half as many, until the one that it stops on is alone, and then more again.
func nextRows(rows int, replayed []engine.Replayed) int {
	if stopped(replayed) {
		return max(1, len(replayed)/2)
	}
	return 2 * rows
}

func stopped(replayed []engine.Replayed) bool {
	return slices.ContainsFunc(replayed, func(r engine.Replayed) bool { return r.Stopped })
}

// replaySome replays the first letters that are wanted, by the engine that runs; none if there are none any more.
func (n *Node) replaySome(ctx context.Context, lacked duckdb.Lacked) ([]engine.Replayed, error) {
	for {
		n.mu.Lock()
		e, began, runs := n.engine, n.began, n.stop != nil
		n.mu.Unlock()
		if !runs {
			return nil, server.ErrStarting
		}
		letters, err := n.store.Letters(ctx, lacked)
		if err != nil {
			return nil, userError(err)
		}
		if len(letters) == 0 {
			return nil, nil
		}
		replayed, err := e.Replay(ctx, letters)
		switch {
		case err == nil && stopped(replayed):
			return replayed, n.restart(ctx, e)
		case !errors.Is(err, runtime.ErrOver):
			return replayed, err
		}
		if err := awaitNext(ctx, began); err != nil {
			return nil, err
		}
	}
}

// restart has the views that have stopped on a letter go on where they stood before. A bounded run ends with their error.
func (n *Node) restart(ctx context.Context, e *runtime.Engine) error {
	n.mu.Lock()
	if n.engine != e || n.options.Bounded {
		n.mu.Unlock()
		return nil
	}
	began := n.takeOver()
	n.mu.Unlock()
	return awaitNext(ctx, began)
}

// awaitNext waits until another engine is there, or none will be; at once if there is none to wait for.
func awaitNext(ctx context.Context, began <-chan struct{}) error {
	if began == nil {
		return nil
	}
	select {
	case <-began:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// sourceName is a source's name as it was written, which letters have; empty if none is given.
func (n *Node) sourceName(given string) (string, error) {
	if given == "" {
		return "", nil
	}
	n.asking.Lock()
	defer n.asking.Unlock()
	if s := n.catalog.Source(given); s != nil {
		return s.Name, nil
	}
	names := make([]string, len(n.catalog.Sources))
	for i, s := range n.catalog.Sources {
		names[i] = s.Name
	}
	message := fmt.Sprintf("there is no source %s", given)
	if len(names) > 0 {
		message += "; there are " + strings.Join(names, ", ")
	}
	return "", &server.UserError{Message: message, Code: "no_source", Position: -1}
}

func (n *Node) now() time.Time {
	if n.options.Now != nil {
		return n.options.Now()
	}
	return time.Now()
}

// tally counts what has become of letters.
type tally struct {
	server.Replayed
}

// mostProblems is how many reasons are told apart: those of one kind may each name a value of their own.
const mostProblems = 10

func (t *tally) add(replayed []engine.Replayed) {
	for _, r := range replayed {
		if r.Late > 0 {
			t.Late++
		}
		if strings.Contains(r.Problem, engine.GivenTogether) {
			continue // it comes again
		}
		t.Chosen++
		if r.Problem == "" {
			t.Replayed.Replayed++
			continue
		}
		t.Dead++
		t.problem(r.Problem)
	}
}

func (t *tally) problem(reason string) {
	at := slices.IndexFunc(t.Problems, func(p server.ReplayProblem) bool { return p.Reason == reason })
	if at < 0 && len(t.Problems) == mostProblems {
		at, t.Problems[mostProblems-1].Reason = mostProblems-1, "and others"
	}
	if at < 0 {
		t.Problems = append(t.Problems, server.ReplayProblem{Reason: reason})
		at = len(t.Problems) - 1
	}
	t.Problems[at].Letters++
}

func (t *tally) order() {
	slices.SortStableFunc(t.Problems, func(a, b server.ReplayProblem) int { return cmp.Compare(b.Letters, a.Letters) })
}
