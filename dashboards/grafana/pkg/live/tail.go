package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend/log"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/weirdb/weir/dashboards/grafana/pkg/frame"
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
	err    error
}

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
		t.err = err
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

// subscribe gives the rows that the subscribers have had since the path's epoch, for one more.
func (t *tail) subscribe(ctx context.Context) (*data.Frame, error) {
	t.mu.Lock()
	t.flush()
	if !t.joined { // nobody has had anything: who comes first may have all
		t.sent, t.joined = len(t.since), true
	}
	t.quiet = time.Now().Add(settle + hush)
	rows := slices.Clone(t.since[:t.sent])
	t.mu.Unlock()
	sleep(ctx, settle)
	t.signal()
	return t.frame(rows)
}

// flush sends what is not sent yet.
func (t *tail) flush() {
	if t.send == nil || t.sent == len(t.since) || time.Now().Before(t.quiet) {
		return
	}
	f, err := t.frame(t.since[t.sent:])
	if err == nil {
		err = t.send(f, data.IncludeDataOnly)
	}
	if err != nil {
		t.err = fmt.Errorf("sending rows of %s: %w", t.path.View, err)
		return
	}
	t.sent = len(t.since)
}

func (t *tail) frame(rows []row) (*data.Frame, error) {
	columns := make([]frame.Column, len(t.pick))
	for i, at := range t.pick {
		columns[i] = frame.Column{Name: t.view.Columns[at].Name, Type: t.view.Columns[at].Type}
	}
	return shape(frame.FromJSON(columns, rows), t.path.Format)
}

// shape gives rows that are added the shape that a format asks for.
func shape(f *data.Frame, format Format) (*data.Frame, error) {
	switch format {
	case Series:
		return frame.StreamSeries(f)
	case Logs:
		return frame.Logs(f)
	}
	return frame.Table(f), nil
}

// serve runs the channel until ctx ends.
func (t *tail) serve(ctx context.Context, send Send) error {
	t.mu.Lock()
	t.send, t.joined = send, true
	t.idle.Stop()
	t.mu.Unlock()
	defer t.rest()
	for {
		t.mu.Lock()
		t.flush()
		err, wait, waiting := t.err, time.Until(t.quiet), t.sent < len(t.since)
		t.mu.Unlock()
		if err != nil {
			return err
		}
		sleep(ctx, max(wait, leastPause))
		if waiting && ctx.Err() == nil {
			continue // it was a time of silence
		}
		select {
		case <-ctx.Done():
			return nil
		case <-t.wake:
		}
	}
}

// rest keeps the channel for a while when nobody runs it any more.
func (t *tail) rest() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.send = nil
	t.idle.Reset(linger)
}

// between gives the rows of the commits after one epoch up to and with another.
func (h *Hub) between(ctx context.Context, t *tail, after, to int64) ([]row, error) {
	if after >= to {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	changes, err := h.client.Changes(ctx, t.path.View, after)
	if err != nil {
		return nil, err
	}
	defer changes.Close()
	var out []row
	for {
		c, err := changes.Next()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("the changes of %s have ended", t.path.View)
		}
		if err != nil || c.Gap {
			return nil, fmt.Errorf("reading the changes of %s after epoch %d: %w", t.path.View, after, err)
		}
		for _, r := range c.Rows {
			if c.Epoch <= to && r.Weight > 0 && t.filter.keeps(r.Values) {
				out = append(out, t.project(r.Values))
			}
		}
		if c.Epoch >= to {
			return out, nil
		}
	}
}
