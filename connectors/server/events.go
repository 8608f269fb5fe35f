package server

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Guarded is what a receiver of events is that wants a token of its own.
type Guarded interface {
	// Guarded reports whether it checks who sends events.
	Guarded() bool
}

// guarded reports whether a receiver checks by itself who sends events.
func guarded(h http.Handler) bool {
	g, ok := h.(Guarded)
	return ok && g.Guarded()
}

// serveEvents hands a request with events to the source that takes them.
func (a *api) serveEvents(w http.ResponseWriter, r *http.Request) {
	name := nameIn(r, "source")
	var receivers map[string]http.Handler
	if a.options.Receivers != nil {
		receivers = a.options.Receivers()
	}
	names := make([]string, 0, len(receivers))
	for source, h := range receivers {
		if strings.EqualFold(source, name) {
			if guarded(h) || a.admits(w, r) {
				h.ServeHTTP(w, r)
			}
			return
		}
		names = append(names, source)
	}
	if !a.admits(w, r) {
		return
	}
	if err := a.backend.Ready(); err != nil {
		writeProblem(w, problemOf(err, ""))
		return
	}
	slices.Sort(names)
	message := "there is no source " + strconv.Quote(name)
	for _, s := range a.backend.Status().Sources {
		if strings.EqualFold(s.Name, name) {
			message = "source " + s.Name + " is read with connector = '" + s.Connector + "': events can be sent to those with connector = 'http'"
		}
	}
	writeProblem(w, &problem{status: http.StatusNotFound, Code: "no_source", Message: message, Names: names})
}
