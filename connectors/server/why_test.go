package server

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/weirdb/weir/engine/why"
)

func TestWhy(t *testing.T) {
	s := start(t, &fakeBackend{status: sampleStatus()}, Options{})
	_, text := ask(t, "GET", s.URL+"/v1/views/a%2Fb/why", "")
	var w why.Why
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		t.Fatal(err)
	}
	if w.View != "a/b" || w.State != "failed" || !strings.Contains(w.Summary, "boom") {
		t.Errorf("got %s", text)
	}
}

func TestWhyOfNoView(t *testing.T) {
	s := start(t, &fakeBackend{status: sampleStatus()}, Options{})
	answer, text := ask(t, "GET", s.URL+"/v1/views/hto/why", "")
	if answer.StatusCode != 404 || text != `{"error":{"message":"there is no view \"hto\"; did you mean hot","code":"no_view","names":["a/b","hot"]}}`+"\n" {
		t.Errorf("%d %s", answer.StatusCode, text)
	}
}
