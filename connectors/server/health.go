package server

import "net/http"

// serveHealth says that the process answers.
func (a *api) serveHealth(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

// serveReady says whether the engine is at work.
func (a *api) serveReady(w http.ResponseWriter, _ *http.Request) {
	if err := a.backend.Ready(); err != nil {
		writeProblem(w, &problem{status: http.StatusServiceUnavailable, Code: "not_ready", Message: err.Error()})
		return
	}
	writeJSON(w, http.StatusOK, map[string]string{"status": "ready"})
}
