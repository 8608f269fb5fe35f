package server

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/weirdb/weir/engine"
)

// eventRows is how many rows go into one event; an epoch with more takes several, with the same id.
const eventRows = 10_000

// sendTime is how long a client may take to receive one event before its connection is closed.
const sendTime = 30 * time.Second

// serveChanges streams a view's changes as they commit, as Server-Sent Events:
//
//	event: schema      data: {"columns":[{"name","type"},…]}                    once, at the start
//	event: changes     data: {"epoch":7,"gap":false,"rows":[[weight,value,…],…]}  id: 7
//	event: end         data: {}                                                 the view was dropped, or the engine stops
//	: heartbeat                                                                 when nothing else was sent for a while
//
// Weight is 1 for a row that came and -1 for one that went. After gap:true the table must be read again: changes were missed,
// by a client that reads too slowly, or while it was not connected.
func (a *api) serveChanges(w http.ResponseWriter, r *http.Request) {
	q := a.findView(w, r)
	if q == nil {
		return
	}
	changes, cancel, err := a.backend.Subscribe(q.View)
	if err != nil {
		writeProblem(w, problemOf(err, ""))
		return
	}
	defer stopReading(changes, cancel)
	s := newEventStream(w)
	defer s.finish()
	s.begin(columnsOf(q.Columns))
	if a.missed(r) {
		s.changes(engine.Committed{Epoch: a.backend.Status().Epoch, Gap: true})
	}
	a.follow(r.Context(), s, changes)
}

// missed reports whether a client that comes back was away during a commit.
func (a *api) missed(r *http.Request) bool {
	last := r.Header.Get("Last-Event-ID")
	return last != "" && last != strconv.FormatInt(a.backend.Status().Epoch, 10)
}

// stopReading ends a subscription and gives back what was still on its way.
func stopReading(changes <-chan engine.Committed, cancel func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		cancel()
	}()
	for {
		select {
		case c, open := <-changes:
			if !open {
				<-done
				return
			}
			releaseAll(c)
		case <-done:
			releaseQueued(changes)
			return
		}
	}
}

// releaseQueued gives back what lies in a channel that nobody sends to any more.
func releaseQueued(changes <-chan engine.Committed) { ended(changes) }

// ended reports whether a channel is closed behind what lies in it, which it gives back.
func ended(changes <-chan engine.Committed) bool {
	for {
		select {
		case c, open := <-changes:
			if !open {
				return true
			}
			releaseAll(c)
		default:
			return false
		}
	}
}

func releaseAll(c engine.Committed) {
	for _, b := range c.Batches {
		b.Release()
	}
}

func (a *api) follow(ctx context.Context, s *eventStream, changes <-chan engine.Committed) {
	heartbeat := time.NewTicker(a.options.Heartbeat)
	defer heartbeat.Stop()
	for s.err == nil {
		select {
		case <-ctx.Done():
			if ended(changes) { // the engine has stopped, and then the server
				s.end()
			}
			return
		case <-heartbeat.C:
			s.send([]byte(": heartbeat\n\n"))
		case c, open := <-changes:
			if !open {
				s.end()
				return
			}
			s.changes(c)
			releaseAll(c)
			heartbeat.Reset(a.options.Heartbeat)
		}
	}
}

// eventStream writes events until the client has left; err is set then.
type eventStream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	buf     []byte
	err     error
}

func newEventStream(w http.ResponseWriter) *eventStream {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // proxies must pass events on at once
	return &eventStream{w: w, control: http.NewResponseController(w)}
}

func (s *eventStream) begin(columns []column) {
	s.buf = append(s.buf[:0], "event: schema\ndata: {\"columns\":["...)
	for i, c := range columns {
		if i > 0 {
			s.buf = append(s.buf, ',')
		}
		s.buf = append(appendString(append(s.buf, `{"name":`...), c.Name), `,"type":`...)
		s.buf = append(appendString(s.buf, c.Type), '}')
	}
	s.send(append(s.buf, "]}\n\n"...))
}

// changes sends one epoch. An epoch without rows is sent too: it says that the view is up to date.
func (s *eventStream) changes(c engine.Committed) {
	s.open(c)
	rows := 0
	for _, b := range c.Batches {
		write := jsonRow(b.Rows)
		for i := range int(b.Rows.NumRows()) {
			if rows == eventRows {
				s.close()
				s.open(engine.Committed{Epoch: c.Epoch})
				rows = 0
			}
			s.row(b, write, i, rows == 0)
			rows++
		}
	}
	s.close()
}

func (s *eventStream) open(c engine.Committed) {
	s.buf = fmt.Appendf(s.buf[:0], "event: changes\nid: %d\ndata: {\"epoch\":%d,\"gap\":%t,\"rows\":[", c.Epoch, c.Epoch, c.Gap)
}

func (s *eventStream) row(b engine.Batch, write cell, i int, first bool) {
	if !first {
		s.buf = append(s.buf, ',')
	}
	weight := int64(1)
	if b.Weights != nil {
		weight = int64(b.Weights[i])
	}
	s.buf = strconv.AppendInt(append(s.buf, '['), weight, 10)
	if b.Rows.NumCols() > 0 {
		s.buf = append(s.buf, ',')
	}
	s.buf = append(write(s.buf, i), ']')
}

func (s *eventStream) end() { s.send([]byte("event: end\ndata: {}\n\n")) }

func (s *eventStream) close() { s.send(append(s.buf, "]}\n\n"...)) }

// finish gives the connection back as it was.
func (s *eventStream) finish() { _ = s.control.SetWriteDeadline(time.Time{}) }

// send writes an event and pushes it out.
func (s *eventStream) send(event []byte) {
	s.buf = event[:0]
	if s.err != nil {
		return
	}
	_ = s.control.SetWriteDeadline(time.Now().Add(sendTime)) // where the connection has none, the client's leaving ends it
	if _, s.err = s.w.Write(event); s.err == nil {
		s.err = s.control.Flush()
	}
}
