package live

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend/log"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/weirdb/weir/dashboards/grafana/pkg/weir"
)

const (
	// settle is how long a packet may be on its way to the subscribers there are, and hush how long Grafana may take to add a new one:
	// nothing is sent meanwhile.
	settle = 100 * time.Millisecond
	hush   = 300 * time.Millisecond
	// linger is how long a channel is kept that nobody runs: from QueryData to RunStream, and from one RunStream to the next.
	linger = time.Minute
	// mostSince bounds the rows that a channel keeps for initial data.
	mostSince = 20_000
	// leastPause is between two packets.
	leastPause = 100 * time.Millisecond
)

// Send sends a frame to all subscribers of a channel.
type Send func(f *data.Frame, include data.FrameInclude) error

// tail is a channel that adds rows.
//
//	follower ─► since: 8 8 9 │ 10 10      rows of epochs after the path's
//	                    sent ┘            what the subscribers have, and who subscribes gets as initial data
type tail struct {
	hub     *Hub
	path    Path
	view    *weir.View
	filter  filter
	pick    []int // columns that are shown
	watcher *watcher
	cancel  context.CancelFunc
	wake    chan struct{}

	mu     sync.Mutex
	since  []row
	sent   int
	have   int64 // all changes up to this epoch are in since
	known  *known
	quiet  time.Time // nothing is sent before
	joined bool      // somebody has subscribed
	send   Send      // nil while nobody runs the channel
	idle   *time.Timer
	err    error // why it can run no longer
}

var errEnded = errors.New("the stream has ended; it begins anew")

// newTail makes a channel of a view whose rows up to an epoch the watcher's reader has.
func (h *Hub) newTail(p Path, view *weir.View, w *watcher, past *history) (*tail, error) {
	f, err := parseFilter(p.Where, view)
	if err != nil {
		return nil, err
	}
	t := &tail{hub: h, path: p, view: view, filter: f, watcher: w, wake: make(chan struct{}, 1), have: past.epoch, known: newKnown()}
	for i, c := range view.Columns {
		if slices.Contains(p.Columns, c.Name) {
			t.pick = append(t.pick, i)
		}
	}
	for _, r := range past.rows {
		t.known.add(r)
	}
	return t, nil
}

// start makes the channel known and has it take what comes. If there is one of that path already, the new one ends.
func (t *tail) start() *tail {
	t.hub.mu.Lock()
	defer t.hub.mu.Unlock()
	if old := t.hub.tails[t.path.String()]; old != nil {
		t.watcher.close()
		return old
	}
	t.hub.tails[t.path.String()] = t
	ctx, cancel := context.WithCancel(context.Background())
	t.cancel = cancel
	t.idle = time.AfterFunc(linger, t.end)
	go t.run(ctx)
	return t
}

// end forgets the channel.
func (t *tail) end() {
	t.hub.mu.Lock()
	if t.hub.tails[t.path.String()] == t {
		delete(t.hub.tails, t.path.String())
	}
	t.hub.mu.Unlock()
	t.cancel()
	t.watcher.close()
	t.mu.Lock()
	t.err = errEnded
	t.mu.Unlock()
	t.signal()
}

// run takes commits into since.
func (t *tail) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.watcher.wake:
		}
		queue, gap, err := t.watcher.take()
		if gap && err == nil {
			t.reread(ctx)
		}
		t.mu.Lock()
		if err != nil {
			t.err = err
		}
		for _, c := range queue {
			t.add(c)
		}
		t.mu.Unlock()
		t.signal()
	}
}

func (t *tail) signal() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// add takes one commit. Those that a table had which was read are in since already. Rows taken back cannot be, of a chart that has them.
func (t *tail) add(c weir.Commit) {
	if c.Epoch <= t.have {
		return
	}
	t.have = c.Epoch
	for _, r := range c.Rows {
		if r.Weight > 0 && t.filter.keeps(r.Values) {
			t.append(t.project(r.Values))
		}
	}
}

func (t *tail) append(r row) {
	t.known.add(r)
	t.since = append(t.since, r)
	if drop := len(t.since) - mostSince; drop > mostSince/4 {
		t.since = slices.Clone(t.since[drop:])
		t.sent = max(t.sent-drop, 0)
	}
}

func (t *tail) project(all row) row {
	out := make(row, len(t.pick))
	for i, at := range t.pick {
		out[i] = all[at]
	}
	return out
}

// reread finds the rows of a gap in the table. It tries until it can.
func (t *tail) reread(ctx context.Context) {
	for pause := shortestPause; ctx.Err() == nil; pause = min(pause*2, longestPause) {
		now, err := t.hub.history(ctx, t.path, weir.Caller{})
		if err == nil {
			t.mu.Lock()
			defer t.mu.Unlock()
			fresh := t.known.unknown(now.rows)
			if now.cut && len(fresh) == len(now.rows) {
				log.DefaultLogger.Warn("A stream has missed more rows than it reads again", "view", t.path.View, "rows", historyRows)
			}
			for _, r := range fresh {
				t.append(r)
			}
			t.have = now.epoch
			return
		}
		log.DefaultLogger.Warn("A stream cannot read its view again", "view", t.path.View, "error", err)
		sleep(ctx, pause)
	}
}
