package server

import (
	"net/http"
	"slices"
)

// origins keeps other web sites out: a page elsewhere must not run statements here with its visitor's network rights. Origins
// that are allowed get the CORS headers that let their scripts read the answers.
func (a *api) origins() func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if origin := r.Header.Get("Origin"); slices.Contains(a.options.AllowedOrigins, origin) {
				a.serveAllowed(w, r, origin, next)
				return
			}
			if err := http.NewCrossOriginProtection().Check(r); err != nil {
				writeProblem(w, &problem{status: http.StatusForbidden, Code: "origin",
					Message: "requests from other web sites are refused; the server's allowed origins decide"})
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

func (a *api) serveAllowed(w http.ResponseWriter, r *http.Request, origin string, next http.Handler) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", origin)
	h.Add("Vary", "Origin")
	if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
		h.Set("Access-Control-Allow-Methods", "GET, POST")
		h.Set("Access-Control-Allow-Headers", "Content-Type, Accept, Authorization, Last-Event-ID")
		h.Set("Access-Control-Max-Age", "600")
		w.WriteHeader(http.StatusNoContent)
		return
	}
	next.ServeHTTP(w, r)
}
