package server

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

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
			h.ServeHTTP(w, r)
			return
		}
		names = append(names, source)
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
