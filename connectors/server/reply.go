package server

import "net/http"

// holdBack is how much of an answer is kept before the first byte leaves. An error up to there still gets its own HTTP status.
const holdBack = 256 << 10

// reply sends a result. It holds its beginning back:
//
//	rows ──► held ──(more than holdBack, or finished)──► 200 OK, client
//	           └────(error)──► 4xx, 5xx
type reply struct {
	w      http.ResponseWriter
	format *resultFormat
	held   []byte
	sent   bool
}

func newReply(w http.ResponseWriter, format *resultFormat) *reply {
	return &reply{w: w, format: format}
}

// Write implements io.Writer.
func (r *reply) Write(p []byte) (int, error) {
	if len(r.held)+len(p) <= holdBack {
		r.held = append(r.held, p...)
		return len(p), nil
	}
	if err := r.flush(); err != nil {
		return 0, err
	}
	return r.w.Write(p)
}

func (r *reply) flush() error {
	if !r.sent {
		r.sent = true
		h := r.w.Header()
		h.Set("Content-Type", r.format.header)
		h.Set("Cache-Control", "no-store")
		h.Set("Trailer", "Weir-Truncated")
		r.w.WriteHeader(http.StatusOK)
	}
	_, err := r.w.Write(r.held)
	r.held = r.held[:0]
	return err
}

// refuse answers with p instead of the result. It reports false if the result is on its way already; then a format that can
// say so carries the error, and the connection of any other is cut by its writer.
func (r *reply) refuse(p *problem) bool {
	if r.sent {
		return false
	}
	writeProblem(r.w, p)
	return true
}

// finish sends what is left. An error means that the client has left.
func (r *reply) finish(truncated bool) {
	_ = r.flush()
	if truncated {
		r.w.Header().Set("Weir-Truncated", "true")
	}
}
