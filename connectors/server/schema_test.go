package server

import (
	"net/http"
	"strings"
	"testing"
)

// TestSchema: the answer is the backend's with the version, it is asked once for several requests, and one that failed is asked again.
func TestSchema(t *testing.T) {
	b := &fakeBackend{}
	url := start(t, b, Options{Version: "v0.1"}).URL
	if answer, text := ask(t, http.MethodGet, url+"/v1/schema", ""); answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("before the store is open: %d %s", answer.StatusCode, text)
	}
	b.schema = &Schema{Tables: []SchemaTable{{Schema: "main", Name: "hot", Kind: KindView, Emit: "close", Time: "window_start", Keys: []string{"channel"},
		Columns: []SchemaColumn{{Name: "window_start", Type: "TIMESTAMP"}, {Name: "channel", Type: "VARCHAR"}}}},
		Functions: []SchemaFunction{{Name: "tumble", Kind: "window", Parameters: []string{"t", "ts", "size"}}}}
	const want = `{"version":"v0.1","tables":[{"schema":"main","name":"hot","kind":"view","emit":"close","time":"window_start","keys":["channel"],` +
		`"columns":[{"name":"window_start","type":"TIMESTAMP"},{"name":"channel","type":"VARCHAR"}]}],` +
		`"functions":[{"name":"tumble","kind":"window","parameters":["t","ts","size"]}]}`
	for range 3 {
		if answer, text := ask(t, http.MethodGet, url+"/v1/schema", ""); answer.StatusCode != http.StatusOK || strings.TrimSpace(text) != want {
			t.Errorf("%d %s", answer.StatusCode, text)
		}
	}
	if b.asks != 2 {
		t.Errorf("the backend was asked %d times", b.asks)
	}
	if b.schema.Version != "" {
		t.Error("the backend's answer was changed")
	}
}
