package server

import (
	"net/http"
	"strings"
)

// token refuses requests without the token, where one is wanted. What holds no data passes: health, and the console's files, since its page
// has to be there before it can ask for the token. Events pass too: the source may want a token of its own, see serveEvents.
func (a *api) token() func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if unguarded(r.URL.Path) || a.admits(w, r) {
				next.ServeHTTP(w, r)
			}
		})
	}
}

// unguarded reports whether a path needs no token.
func unguarded(path string) bool {
	if strings.HasPrefix(path, "/v1/sources/") && strings.HasSuffix(path, "/events") {
		return true
	}
	return path != "/metrics" && path != "/v1" && !strings.HasPrefix(path, "/v1/")
}

// admits reports whether a request has the token. If not, it answers.
func (a *api) admits(w http.ResponseWriter, r *http.Request) bool {
	if a.options.Token.Authorizes(r.Header.Get("Authorization")) {
		return true
	}
	w.Header().Set("WWW-Authenticate", `Bearer realm="weir"`)
	message := "this Weir wants its token"
	if r.Header.Get("Authorization") != "" {
		message = "this Weir wants its token, and was sent another"
	}
	writeProblem(w, &problem{status: http.StatusUnauthorized, Code: "unauthorized",
		Message: message + ": send the header Authorization: Bearer TOKEN; its own commands take --token-file, or WEIR_TOKEN"})
	return false
}
