package server

import (
	"net/http"
)

// serveStatements applies a text of statements, and answers what has changed, when the engine goes on with it.
func (a *api) serveStatements(w http.ResponseWriter, r *http.Request) {
	text, bad := a.statementOf(w, r)
	if bad != nil {
		writeProblem(w, bad)
		return
	}
	changed, err := a.options.Statements(r.Context(), text)
	if err != nil {
		writeProblem(w, problemOf(causeOf(r.Context(), err), text))
		return
	}
	writeJSON(w, http.StatusOK, changed)
}
