package http

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	nethttp "net/http"
	"strings"
	"syscall"
	"time"

	"github.com/weirdb/weir/connectors/journal"
)

// bodyPatience is how long a body may take to come.
const bodyPatience = time.Minute

// ServeHTTP takes the events of one request: 202 says that they are safe.
func (s *source) ServeHTTP(w nethttp.ResponseWriter, r *nethttp.Request) {
	n, err := s.receive(w, r)
	if err != nil {
		answer(w, s.refusalOf(err))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(nethttp.StatusAccepted)
	_ = json.NewEncoder(w).Encode(map[string]int{"accepted": n}) // what fails here fails because the client has left
}

// receive puts the events of a request into the journal, and returns how many there are.
func (s *source) receive(w nethttp.ResponseWriter, r *nethttp.Request) (int, error) {
	if err := s.admit(r); err != nil {
		return 0, err
	}
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-r.Context().Done():
		return 0, r.Context().Err()
	}
	_ = nethttp.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyPatience)) // a test's recorder has none
	body, err := s.body(r)
	if err != nil {
		return 0, err
	}
	events, err := split(r.Header, body)
	if err != nil {
		return 0, err
	}
	return len(events), s.journal.AppendTraced(r.Context(), traceOf(r.Header), events)
}

// admit checks what can be checked before the body is read.
func (s *source) admit(r *nethttp.Request) error {
	if s.token != "" && !carries(r, s.token) {
		return &refusal{status: nethttp.StatusUnauthorized, Code: "token", Message: "source " + s.name + " wants the header Authorization: Bearer TOKEN, with its token"}
	}
	if _, next := s.journal.Bounds(); s.maxWaiting > 0 && next-s.read.Load() >= s.maxWaiting {
		return &refusal{status: nethttp.StatusTooManyRequests, Code: "behind", Message: "too many events wait to be read (max_waiting); send this again later"}
	}
	return nil
}

// Guarded reports whether the source wants a token of its own: the server asks for none then.
func (s *source) Guarded() bool { return s.token != "" }

// carries reports whether a request has the token. How long that takes says nothing about it.
func carries(r *nethttp.Request, token string) bool {
	scheme, given, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	got, want := sha256.Sum256([]byte(strings.TrimSpace(given))), sha256.Sum256([]byte(token))
	return strings.EqualFold(scheme, "Bearer") && subtle.ConstantTimeCompare(got[:], want[:]) == 1
}

// refusalOf says how an error looks to the client.
func (s *source) refusalOf(err error) *refusal {
	var known *refusal
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, journal.ErrFull):
		return &refusal{status: nethttp.StatusTooManyRequests, Code: "full",
			Message: "the journal of source " + s.name + " is full (max_bytes): its views have to come after; send this again later"}
	case errors.Is(err, journal.ErrClosed):
		return &refusal{status: nethttp.StatusServiceUnavailable, Code: "closed",
			Message: "source " + s.name + " takes no events now: weir is starting or stopping, or reads only what is there (--once)"}
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return &refusal{status: nethttp.StatusInsufficientStorage, Code: "disk", Message: "the disk is full; send this again when there is room: " + err.Error()}
	case errors.Is(err, context.Canceled):
		return &refusal{status: nethttp.StatusServiceUnavailable, Code: "cancelled", Message: "weir is stopping: the events may have been accepted"}
	}
	return &refusal{status: nethttp.StatusServiceUnavailable, Code: "journal", Message: err.Error()}
}
