// Package console serves Weir's live console, a page that shows what the engine is doing, plots a view as it commits, runs SQL, and
// tries and creates views. The page is built from src by Vite (`make console`), embedded here, and asks only the API that it is served beside.
//
//	src/app.tsx          the frame: pages, connection, keys, colours
//	src/overview.tsx     every view, source and sink           GET  /v1/status, each second
//	src/alertlist.tsx    alerts on it, and their instances     POST /v1/sql
//	src/view.tsx         one view                              GET  /v1/views/{view}/changes, why; POST /v1/sql
//	src/figure.tsx       its plot, chosen by columns           choice.ts keeps the choice in the address
//	src/querygraph.tsx   its graph, laid out by graph.ts
//	src/sqlpage.tsx      the editor                            POST /v1/sql, GET /v1/schema
//	src/newpage.tsx      a view that is written                POST /v1/validate, plan, preview, statements
//	src/letterspage.tsx  dead letters and late rows            POST /v1/sql, dead-letters/replay
//	src/tokenform.tsx    asks for the token, if one is wanted
//
// To add a page: a component in src, its path in src/route.ts, its tab in src/app.tsx, its key in src/shortcuts.ts. What the page computes,
// apart from drawing it, stands in files of its own with a test beside them (`npm test`). A colour is a line in style.css; its contrast is
// tested with the palette's pairs.
package console

import (
	"embed"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// dist is the built page, or no more than a .gitkeep.
//
//go:embed all:dist
var dist embed.FS

// contentTypes are set here, because those that the system knows differ from machine to machine.
var contentTypes = map[string]string{
	".css":   "text/css; charset=utf-8",
	".html":  "text/html; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".json":  "application/json",
	".svg":   "image/svg+xml",
	".woff2": "font/woff2",
}

// policy lets the page load from its own server only. The editor writes its styles into the page itself.
const policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

const notBuilt = "The console is not part of this binary: run `make console`, then build it again.\nThe API does not need it: see /v1/status.\n"

// Built reports whether the page is part of this binary.
func Built() bool {
	_, err := fs.Stat(dist, "dist/index.html")
	return err == nil
}

// Handler serves the page. Every path that is no file is one of the page's own and gets index.html.
func Handler() http.Handler {
	built, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // "dist" is a valid path
	}
	return handler(built)
}

func handler(built fs.FS) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		if isFile(built, name) {
			serve(w, built, name)
			return
		}
		if strings.HasPrefix(name, "assets/") { // of another build: the page must not take index.html for a script
			http.NotFound(w, r)
			return
		}
		if !isFile(built, "index.html") {
			http.Error(w, notBuilt, http.StatusServiceUnavailable)
			return
		}
		serve(w, built, "index.html")
	})
}

func isFile(built fs.FS, name string) bool {
	info, err := fs.Stat(built, name)
	return err == nil && info.Mode().IsRegular() && !strings.HasPrefix(path.Base(name), ".")
}

func serve(w http.ResponseWriter, built fs.FS, name string) {
	content, err := fs.ReadFile(built, name)
	if err != nil {
		http.Error(w, "console: read "+name+": "+err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", "no-cache")
	if strings.HasPrefix(name, "assets/") { // the name holds the content's hash
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if kind, ok := contentTypes[path.Ext(name)]; ok {
		h.Set("Content-Type", kind)
	}
	_, _ = w.Write(content) // fails only when the client has left
}
