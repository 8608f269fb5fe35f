package live

import (
	"cmp"
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
	hurry  chan struct{}        // ends a pause: somebody waits
	mu     sync.Mutex
	tried  chan struct{} // closed when the next try to connect has ended
	up     bool          // there is a connection
	err    error         // why there is none
	check  string
	all    map[*watcher]struct{}
}

func newFollower(client *weir.Client, view string, left func(*follower) bool) *follower {
	ctx, cancel := context.WithCancel(context.Background())
	f := &follower{client: client, view: view, cancel: cancel, left: left, hurry: make(chan struct{}, 1), tried: make(chan struct{}), all: map[*watcher]struct{}{}}
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

// ready waits until there is a connection: what is committed from then on comes. It goes on waiting while Weir is starting, which a panel
// that is loaded as Weir comes up would else be told for good; any other failure of the next try ends it.
func (f *follower) ready(ctx context.Context) error {
	for {
		f.mu.Lock()
		up, tried := f.up, f.tried
		f.mu.Unlock()
		if up {
			return nil
		}
		select {
		case f.hurry <- struct{}{}:
		default:
		}
		select {
		case <-tried:
			if err := f.failure(); !comesUp(err) {
				return err
			}
		case <-ctx.Done():
			return cmp.Or(f.failure(), ctx.Err())
		}
		sleep(ctx, shortestPause)
	}
}

// failure is why the last try to connect has failed; nil if it did not, or if there was none.
func (f *follower) failure() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// comesUp reports whether a failure is one that passes by itself.
func comesUp(err error) bool {
	var p *weir.Problem
	if errors.As(err, &p) {
		return p.Status == http.StatusServiceUnavailable
	}
	var f *weir.Failure
	return errors.As(err, &f) && (f.Kind == weir.Network || f.Kind == weir.BrokenOff)
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
			f.lost()
			gap, pause = from == weir.FromNow, shortestPause
			changes.Close()
		}
		f.rest(ctx, pause)
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
	f.up, f.err = err == nil, err
	close(f.tried)
	f.tried = make(chan struct{})
	if err == nil {
		check := checkOf(changes.Columns)
		if f.check != "" && f.check != check {
			for w := range f.all {
				w.fail(fmt.Errorf("view %s has other columns now than when the panel was loaded: reload the dashboard", f.view))
			}
		}
		f.check = check
	}
	return err == nil
}

// end stops the following, and its watchers with it.
func (f *follower) end() {
	f.cancel()
	f.mu.Lock()
	defer f.mu.Unlock()
	for w := range f.all {
		w.fail(errEnded)
	}
}

func (f *follower) lost() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.up = false
}

// rest waits before the next try, unless somebody cannot.
func (f *follower) rest(ctx context.Context, pause time.Duration) {
	t := time.NewTimer(pause)
	defer t.Stop()
	select {
	case <-t.C:
	case <-f.hurry:
	case <-ctx.Done():
	}
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
