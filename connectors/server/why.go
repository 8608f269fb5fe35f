package server

import (
	"net/http"
	"time"

	"github.com/weirdb/weir/engine/why"
)

// serveWhy says why a view's windows are still open, or what else there is to say about it.
func (a *api) serveWhy(w http.ResponseWriter, r *http.Request) {
	q := a.findView(w, r)
	if q == nil {
		return
	}
	status := a.backend.Status()
	answer, ok := why.Of(&status, q.View, time.Now())
	if !ok { // it has gone since
		a.noView(w, q.View)
		return
	}
	writeJSON(w, http.StatusOK, answer)
}
