package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"unicode/utf8"

	"github.com/weirdb/weir/engine"
)

// ErrStarting is what a Backend returns while its store is not open yet.
var ErrStarting = errors.New("weir is starting; try again in a moment")

// UserError is a mistake in a statement: what a Backend returns for it.
type UserError struct {
	Message  string
	Code     string // a word for programs: parser, binder, catalog, conversion, read_only, …
	Position int    // byte offset in the statement, -1 if unknown
	// Candidates are the names that may have been meant, where one was not found; nil if that is not known.
	Candidates []string
}

// Error implements error.
func (e *UserError) Error() string { return e.Message }

// statusClientClosed says that the client left before the answer. Nobody reads it but the logs of a proxy.
const statusClientClosed = 499

// problem is an error as a client sees it.
type problem struct {
	status   int
	Message  string   `json:"message"`
	Code     string   `json:"code"`
	Position *int     `json:"position,omitempty"`
	Names    []string `json:"names,omitempty"` // those that exist, where a name was not found
}

// problemOf says how an error of the backend looks from outside. The statement is there to count characters in.
func problemOf(err error, statement string) *problem {
	var user *UserError
	var gone *engine.ForgottenError
	switch {
	case errors.As(err, &gone):
		return &problem{status: http.StatusGone, Message: gone.Error() + " (?snapshot=true, weir subscribe --snapshot)", Code: "gone"}
	case errors.As(err, &user):
		return &problem{status: http.StatusBadRequest, Message: user.Message, Code: user.Code, Position: characters(statement, user.Position)}
	case errors.Is(err, ErrStarting):
		return &problem{status: http.StatusServiceUnavailable, Message: err.Error(), Code: "starting"}
	case errors.Is(err, context.DeadlineExceeded):
		return &problem{status: http.StatusRequestTimeout, Message: "the statement took longer than is allowed here", Code: "timeout"}
	case errors.Is(err, context.Canceled):
		return &problem{status: statusClientClosed, Message: "cancelled", Code: "cancelled"}
	}
	return &problem{status: http.StatusInternalServerError, Message: err.Error(), Code: "internal"}
}

// characters turns a byte offset into one in characters; nil if it is unknown.
func characters(statement string, offset int) *int {
	if offset < 0 || offset > len(statement) {
		return nil
	}
	n := utf8.RuneCountInString(statement[:offset])
	return &n
}

func writeProblem(w http.ResponseWriter, p *problem) {
	if p.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	writeJSON(w, p.status, map[string]*problem{"error": p})
}

func writeNoRoute(w http.ResponseWriter, r *http.Request) {
	writeProblem(w, &problem{status: http.StatusNotFound, Code: "no_route", Message: "there is no " + r.URL.Path + " here",
		Names: []string{"/v1/sql", "/v1/plan", "/v1/validate", "/v1/schema", "/v1/views", "/v1/sources", "/v1/alerts", "/v1/export", "/v1/status", "/healthz", "/readyz", "/metrics"}})
}

func writeNoMethod(w http.ResponseWriter, r *http.Request) {
	writeProblem(w, &problem{status: http.StatusMethodNotAllowed, Code: "no_method",
		Message: r.Method + " is not for " + r.URL.Path + ": statements are POSTed to /v1/sql, /v1/plan and /v1/validate, events to /v1/sources/{source}/events, all else is GET"})
}

// writeJSON answers with a value. What fails here fails because the client has left.
func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}
