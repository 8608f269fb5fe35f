package live

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend/log"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/weirdb/weir/dashboards/grafana/pkg/frame"
	"github.com/weirdb/weir/dashboards/grafana/pkg/macro"
	"github.com/weirdb/weir/dashboards/grafana/pkg/weir"
)

// StateRows is how many rows a state has at most: the newest, where the view has a time.
const StateRows = 1000

// state is a channel whose packets are each all there is.
type state struct {
	again chan struct{} // send once more: somebody has subscribed
}

// OpenState reads a state as the first packet would have it. It does not know a time range; from is where the panel's begins.
func (h *Hub) OpenState(ctx context.Context, view *weir.View, p Path, from time.Time, caller weir.Caller) (*Opened, error) {
	f, rows, err := h.readState(ctx, view, p, caller)
	if err != nil {
		return nil, err
	}
	return &Opened{Frame: f, Path: p, SQL: stateSQL(view, p), Rows: min(rows, StateRows), Cut: rows > StateRows && !reaches(f, p.Format, from)}, nil
}

// reaches reports whether lines that were cut, the oldest of them, begin where the range does all the same.
func reaches(f *data.Frame, format Format, from time.Time) bool {
	at := f.TypeIndices(data.FieldTypeTime, data.FieldTypeNullableTime)
	if format != Series || len(at) == 0 || f.Rows() == 0 {
		return false
	}
	first, ok := f.ConcreteAt(at[0], 0)
	return ok && !first.(time.Time).After(from)
}

func stateSQL(view *weir.View, p Path) string {
	order := ""
	if at := weir.TimeColumn(view.Columns); at != "" {
		order = " ORDER BY " + macro.Identifier(at) + " DESC"
	}
	return fmt.Sprintf("SELECT %s FROM main.%s WHERE %s%s LIMIT %d", labelled(p), macro.Identifier(p.View), condition(p.Where), order, StateRows+1)
}

// labelType is the type in which columns tell series apart.
const labelType = "VARCHAR"

// labelled lists a path's columns, those that are labels as texts.
func labelled(p Path) string {
	items := make([]string, len(p.Columns))
	for i, name := range p.Columns {
		items[i] = macro.Identifier(name)
		if contains(p.Labels, name) {
			items[i] = fmt.Sprintf("CAST(%s AS %s) AS %[1]s", items[i], labelType)
		}
	}
	return strings.Join(items, ", ")
}

// readState reads the table; rows are one more than StateRows if there were more.
func (h *Hub) readState(ctx context.Context, view *weir.View, p Path, caller weir.Caller) (f *data.Frame, rows int, err error) {
	var got *frame.Arrow
	_, err = h.client.Run(ctx, weir.Query{SQL: stateSQL(view, p), Limit: StateRows + 1, Caller: caller}, frame.Into(&got))
	if err != nil {
		return nil, 0, err
	}
	f, err = shapeState(frame.Head(got.Frame(), StateRows), p.Format)
	return f, got.Rows(), err
}

func shapeState(f *data.Frame, format Format) (*data.Frame, error) {
	switch format {
	case Series:
		return frame.WideSeries(f)
	case Logs:
		return frame.Logs(f)
	}
	return frame.Table(frame.Oldest(f)), nil
}

// nudge has a state sent once more, when its new subscriber has been added.
func (h *Hub) nudge(text string) {
	h.mu.Lock()
	s := h.states[text]
	h.mu.Unlock()
	if s == nil {
		return // the channel's run begins with a packet
	}
	time.AfterFunc(settle+hush, func() {
		select {
		case s.again <- struct{}{}:
		default:
		}
	})
}

// runState sends the state whenever the view has changed, until ctx ends.
func (h *Hub) runState(ctx context.Context, p Path, view *weir.View, text string, send Send) error {
	w, err := h.watch(ctx, p.View)
	if err != nil {
		return err
	}
	defer w.close()
	s := &state{again: make(chan struct{}, 1)}
	h.mu.Lock()
	h.states[text] = s
	h.mu.Unlock()
	defer h.drop(text, s)
	sleep(ctx, hush) // until the first subscriber has been added
	run := &stateRun{hub: h, path: p, view: view, send: send}
	for ctx.Err() == nil {
		pause := run.once(ctx)
		sleep(ctx, pause)
		if run.failed {
			continue
		}
		select {
		case <-ctx.Done():
		case <-w.wake:
		case <-s.again:
			run.last = nil
		}
		if _, _, err := w.take(); err != nil {
			return err
		}
	}
	return nil
}

func (h *Hub) drop(text string, s *state) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.states[text] == s {
		delete(h.states, text)
	}
}

// stateRun is one run of a state's channel.
type stateRun struct {
	hub    *Hub
	path   Path
	view   *weir.View
	send   Send
	last   []byte // the packet that was sent last
	shown  *data.Frame
	failed bool
}

// A state is read at most this share of the time, and sent with at most so many bytes a second, so that slow queries and large packets come
// seldom.
const (
	readShare  = 4
	sendPerSec = 1 << 20
)

// once reads the state and sends it, if it is not the last one. It returns how long to wait.
func (r *stateRun) once(ctx context.Context) time.Duration {
	begun := time.Now()
	f, _, err := r.hub.readState(ctx, r.view, r.path, weir.Caller{})
	if r.failed = err != nil; r.failed {
		if ctx.Err() == nil {
			log.DefaultLogger.Warn("A stream cannot read its view", "view", r.path.View, "error", err)
		}
		return time.Second
	}
	f = r.visible(f)
	packet, err := data.FrameToJSON(f, data.IncludeAll)
	if err == nil && !bytes.Equal(packet, r.last) {
		err = r.send(f, data.IncludeAll)
		r.last = packet
	}
	if err != nil {
		log.DefaultLogger.Warn("A stream cannot send its view", "view", r.path.View, "error", err)
	}
	return max(leastPause, readShare*time.Since(begun), time.Duration(len(packet))*time.Second/sendPerSec)
}

// visible is a state as browsers show it: they pass over packets without rows, and would go on to show the rows before. So a state that
// has become empty is one row of nulls.
func (r *stateRun) visible(f *data.Frame) *data.Frame {
	if f.Rows() > 0 {
		r.shown = f
		return f
	}
	if r.shown == nil {
		return f
	}
	return frame.Blank(r.shown)
}
