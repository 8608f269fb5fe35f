package live

import (
	"context"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend/log"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/weirdb/weir/dashboards/grafana/pkg/frame"
	"github.com/weirdb/weir/dashboards/grafana/pkg/weir"
)

// Opened is what QueryData answers for a live query.
type Opened struct {
	Frame *data.Frame
	Path  Path
	SQL   string // what was read
	Rows  int
	Cut   bool // the frame has the newest rows of the range only
}

// OpenTail reads a view's newest rows whose time is not before from, and prepares the channel that adds those of later commits. The
// column of time may be empty: then all of them. There is no end to the range: rows of a moment after the panel's "now" would come
// neither here nor from the channel.
func (h *Hub) OpenTail(ctx context.Context, view *weir.View, p Path, timeColumn string, from time.Time, caller weir.Caller) (*Opened, error) {
	w, err := h.watch(ctx, p.View)
	if err != nil {
		return nil, err
	}
	past, err := h.history(ctx, p, caller)
	if err != nil {
		w.close()
		return nil, err
	}
	p.After = past.epoch
	t, err := h.newTail(p, view, w, past)
	if err != nil {
		w.close()
		return nil, err
	}
	t = t.start()
	rows := since(past.rows, p.Columns, timeColumn, from)
	f, err := t.frame(rows)
	cut := past.cut && len(rows) == len(past.rows) // or the oldest are from before the range
	return &Opened{Frame: f, Path: p, SQL: historySQL(p), Rows: len(rows), Cut: cut}, err
}

// since leaves out rows whose time is before another.
func since(rows []row, columns []string, timeColumn string, from time.Time) []row {
	at := -1
	for i, c := range columns {
		if c == timeColumn {
			at = i
		}
	}
	if at < 0 {
		return rows
	}
	var out []row
	for _, r := range rows {
		if t, ok := frame.ParseTime(r[at]); ok && !t.Before(from) {
			out = append(out, r)
		}
	}
	return out
}

// revive makes the channel of a path that is not known here: Grafana has begun with another process, or long ago. What was committed
// after the path's epoch is read again, where it is still to be had and somebody is to get it.
func (h *Hub) revive(ctx context.Context, p Path, view *weir.View, catchUp bool) (*tail, error) {
	w, err := h.watch(ctx, p.View)
	if err != nil {
		return nil, err
	}
	past, err := h.history(ctx, p, weir.Caller{})
	if err != nil {
		w.close()
		return nil, err
	}
	t, err := h.newTail(p, view, w, past)
	if err != nil {
		w.close()
		return nil, err
	}
	if catchUp {
		missed, err := h.between(ctx, t, p.After, past.epoch)
		if err != nil {
			log.DefaultLogger.Warn("A stream begins later than its panel", "view", p.View, "error", err)
		}
		t.since = missed
	}
	return t.start(), nil
}

// Subscribe gives what a new subscriber of a channel has to have beside the query's rows: nil for nothing.
func (h *Hub) Subscribe(ctx context.Context, text string) (*data.Frame, error) {
	p, view, err := h.resolve(ctx, text)
	if err != nil {
		return nil, err
	}
	if p.State {
		h.nudge(text)
		return nil, nil
	}
	t := h.tail(text)
	if t == nil {
		if t, err = h.revive(ctx, p, view, true); err != nil {
			return nil, err
		}
	}
	return t.subscribe(ctx)
}

func (h *Hub) tail(text string) *tail {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.tails[text]
}

// Run runs a channel until ctx ends.
func (h *Hub) Run(ctx context.Context, text string, send Send) error {
	p, view, err := h.resolve(ctx, text)
	if err != nil {
		return err
	}
	if p.State {
		return h.runState(ctx, p, view, text, send)
	}
	t := h.tail(text)
	if t == nil { // its subscribers have what another process has sent: from now on
		if t, err = h.revive(ctx, p, view, false); err != nil {
			return err
		}
	}
	return t.serve(ctx, send)
}
