package server

import (
	"context"
	"net/http"
)

// Draw asks for the Grafana dashboard of a view: of one that is there, or of one that a statement would create.
type Draw struct {
	View string // its name
	SQL  string // one CREATE MATERIALIZED VIEW, where View is empty
}

// serveDashboard answers the dashboard of a view, as `weir dashboard` writes it to a file.
func (a *api) serveDashboard(w http.ResponseWriter, r *http.Request) {
	if q := a.findView(w, r); q != nil {
		a.draw(r.Context(), w, Draw{View: q.View})
	}
}

// serveDrawn answers the dashboard of a view that is not created yet.
func (a *api) serveDrawn(w http.ResponseWriter, r *http.Request) {
	text, bad := a.statementOf(w, r)
	if bad != nil {
		writeProblem(w, bad)
		return
	}
	a.draw(r.Context(), w, Draw{SQL: text})
}

func (a *api) draw(ctx context.Context, w http.ResponseWriter, of Draw) {
	dashboard, err := a.options.Dashboard(ctx, of)
	if err != nil {
		writeProblem(w, problemOf(causeOf(ctx, err), of.SQL))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(dashboard) // the client may have left
}
