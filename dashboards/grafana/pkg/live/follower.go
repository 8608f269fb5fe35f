package live

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/weirdb/weir/dashboards/grafana/pkg/weir"
)

// Pauses before a follower tries again.
const (
	shortestPause = 100 * time.Millisecond
	longestPause  = 3 * time.Second
)

// follower brings one view's changes to its watchers, over one connection.
type follower struct {
	client *weir.Client
	view   string
	cancel context.CancelFunc
	left   func(*follower) bool // called when a watcher has left: whether that was the last one
	begun  chan struct{}        // closed at the first connection, or when there will be none
	mu     sync.Mutex
	err    error // why there is no connection
	check  string
	all    map[*watcher]struct{}
}

func newFollower(client *weir.Client, view string, left func(*follower) bool) *follower {
	ctx, cancel := context.WithCancel(context.Background())
	f := &follower{client: client, view: view, cancel: cancel, left: left, begun: make(chan struct{}), all: map[*watcher]struct{}{}}
	go f.run(ctx)
	return f
}

func (f *follower) join() *watcher {
	w := &watcher{follower: f, wake: make(chan struct{}, 1)}
	f.mu.Lock()
	f.all[w] = struct{}{}
	f.mu.Unlock()
	return w
}

// ready waits for the first connection: what is committed from then on comes.
func (f *follower) ready(ctx context.Context) error {
	select {
	case <-f.begun:
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// run follows until it is cancelled.
//
//	connected ─ lost ─► from the last whole epoch ─► goes on
//	                              └─ not kept ─────► from now, and a gap
func (f *follower) run(ctx context.Context) {
	from, pause, gap := int64(weir.FromNow), shortestPause, false
	for ctx.Err() == nil {
		changes, err := f.client.Changes(ctx, f.view, from)
		if notKept(err) {
			from, gap = weir.FromNow, true
			continue
		}
		if f.connected(changes, err) {
			if gap {
				f.tell(weir.Commit{Gap: true})
			}
			from = f.read(changes, from)
			gap, pause = from == weir.FromNow, shortestPause
			changes.Close()
		}
		sleep(ctx, pause)
		pause = min(pause*2, longestPause)
	}
}

// notKept is Weir's answer to an epoch whose later changes it does not keep.
func notKept(err error) bool {
	var p *weir.Problem
	return errors.As(err, &p) && p.Status == http.StatusGone
}

// connected notes how a try to connect has ended. It reports whether there is something to read.
func (f *follower) connected(changes *weir.Changes, err error) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = err
	if err == nil {
		check := checkOf(changes.Columns)
		if f.check != "" && f.check != check {
			for w := range f.all {
				w.fail(fmt.Errorf("view %s has other columns now than when the panel was loaded: reload the dashboard", f.view))
			}
		}
		f.check = check
	}
	select {
	case <-f.begun:
	default:
		close(f.begun)
	}
	return err == nil
}

// read tells of commits until the connection ends, and returns the last epoch that is whole.
func (f *follower) read(changes *weir.Changes, from int64) int64 {
	for {
		c, err := changes.Next()
		if err != nil {
			return from
		}
		from = c.Epoch
		if c.Gap || len(c.Rows) > 0 {
			f.tell(c)
		}
	}
}

func (f *follower) tell(c weir.Commit) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for w := range f.all {
		w.push(c)
	}
}

// leave takes a watcher away. The last one ends the following.
func (f *follower) leave(w *watcher) {
	f.mu.Lock()
	delete(f.all, w)
	f.mu.Unlock()
	if f.left(f) {
		f.cancel()
	}
}

func (f *follower) empty() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.all) == 0
}

// sleep waits, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
