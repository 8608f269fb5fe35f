package server

import (
	"net/http"
	"time"
)

// sendTime is how long a client may take to receive what is sent at once, before its connection is closed.
const sendTime = 30 * time.Second

// stream writes to a client that stays connected; err is set once it has left.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	buf     []byte
	err     error
}

func newStream(w http.ResponseWriter, mediaType string) *stream {
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // proxies must pass changes on at once
	return &stream{w: w, control: http.NewResponseController(w)}
}

func (s *stream) failed() error { return s.err }

// finish gives the connection back as it was.
func (s *stream) finish() { _ = s.control.SetWriteDeadline(time.Time{}) }

// send writes what is in buf and pushes it out.
func (s *stream) send() {
	text := s.buf
	s.buf = text[:0]
	if s.err != nil {
		return
	}
	_ = s.control.SetWriteDeadline(time.Now().Add(sendTime)) // where the connection has none, the client's leaving ends it
	if _, s.err = s.w.Write(text); s.err == nil {
		s.err = s.control.Flush()
	}
}
