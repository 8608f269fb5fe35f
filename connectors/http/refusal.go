package http

import (
	"encoding/json"
	nethttp "net/http"
)

// refusal is why a request's events were not accepted, in the form of all errors of the HTTP API.
type refusal struct {
	status  int
	Message string `json:"message"`
	Code    string `json:"code"`
	// Line and Event say where in the body the mistake is, counted from 1; 0 where that is not known.
	Line  int `json:"line,omitempty"`
	Event int `json:"event,omitempty"`
}

// Error implements error.
func (r *refusal) Error() string { return r.Message }

// retryAfter is how many seconds a client should wait where waiting helps.
const retryAfter = "1"

func answer(w nethttp.ResponseWriter, r *refusal) {
	h := w.Header()
	switch r.status {
	case nethttp.StatusTooManyRequests, nethttp.StatusServiceUnavailable, nethttp.StatusInsufficientStorage:
		h.Set("Retry-After", retryAfter)
	case nethttp.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="weir"`)
	}
	h.Set("Content-Type", "application/json")
	w.WriteHeader(r.status)
	_ = json.NewEncoder(w).Encode(map[string]*refusal{"error": r}) // what fails here fails because the client has left
}
