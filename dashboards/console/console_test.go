package console

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func get(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w
}

func TestHandler(t *testing.T) {
	h := handler(fstest.MapFS{
		".gitkeep":           {},
		"index.html":         {Data: []byte("<!doctype html>page")},
		"icon.svg":           {Data: []byte("<svg/>")},
		"assets/index-a1.js": {Data: []byte("let x")},
	})
	for _, c := range []struct {
		path, body, kind, cache string
		status                  int
	}{
		{"/", "<!doctype html>page", "text/html; charset=utf-8", "no-cache", 200},
		{"/views/a%2Fb", "<!doctype html>page", "text/html; charset=utf-8", "no-cache", 200},
		{"/sql", "<!doctype html>page", "text/html; charset=utf-8", "no-cache", 200},
		{"/icon.svg", "<svg/>", "image/svg+xml", "no-cache", 200},
		{"/assets/index-a1.js", "let x", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable", 200},
		{"/assets/index-old.js", "404 page not found\n", "text/plain; charset=utf-8", "", 404},
		{"/.gitkeep", "<!doctype html>page", "text/html; charset=utf-8", "no-cache", 200},
	} {
		w := get(h, c.path)
		if w.Code != c.status || w.Body.String() != c.body || w.Header().Get("Content-Type") != c.kind || w.Header().Get("Cache-Control") != c.cache {
			t.Errorf("%s: got %d %q %v", c.path, w.Code, w.Body.String(), w.Header())
		}
	}
}

func TestNotBuilt(t *testing.T) {
	w := get(handler(fstest.MapFS{".gitkeep": {}}), "/")
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "run `make console`") {
		t.Errorf("got %d %s", w.Code, w.Body.String())
	}
}
