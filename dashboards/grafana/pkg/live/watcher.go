package live

import (
	"sync"

	"github.com/weirdb/weir/dashboards/grafana/pkg/weir"
)

// mostQueued bounds the rows that wait for a channel: beyond it they are dropped, and the channel hears of a gap.
const mostQueued = 100_000

// watcher is one channel's end of a follower.
type watcher struct {
	follower *follower
	wake     chan struct{} // gets something when there is something to take
	mu       sync.Mutex
	queue    []weir.Commit
	rows     int
	gap      bool // changes before the queue were missed
	err      error
}

// push never waits.
func (w *watcher) push(c weir.Commit) {
	w.mu.Lock()
	if c.Gap || w.rows+len(c.Rows) > mostQueued {
		w.queue, w.rows, w.gap = nil, 0, true
	} else {
		w.queue, w.rows = append(w.queue, c), w.rows+len(c.Rows)
	}
	w.mu.Unlock()
	w.signal()
}

// fail ends the watcher.
func (w *watcher) fail(err error) {
	w.mu.Lock()
	w.err = err
	w.mu.Unlock()
	w.signal()
}

func (w *watcher) signal() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// take gives what has come. After a gap the table has to be read again; what is in the queue may be in it already.
func (w *watcher) take() (queue []weir.Commit, gap bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	queue, gap, err = w.queue, w.gap, w.err
	w.queue, w.rows, w.gap = nil, 0, false
	return queue, gap, err
}

// close leaves the follower.
func (w *watcher) close() { w.follower.leave(w) }
