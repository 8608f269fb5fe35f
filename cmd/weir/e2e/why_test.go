package e2e

import (
	"encoding/json"
	"testing"

	"github.com/weirdb/weir/engine/why"
)

// weir why tells what a running weir waits for, in words and as JSON.
func TestWhyCommand(t *testing.T) {
	dir := small(t)
	p := follow(t, dir, "--commit-interval", "20ms")
	p.read(3)
	ask := func(code int, args ...string) (string, string) {
		return run(t, dir, code, append([]string{"why", "--server", p.url()}, args...)...)
	}
	var text string
	p.eventually("the events are in windows", func() bool {
		text, _ = ask(0, "--json", "per_window")
		var w why.Why
		return json.Unmarshal([]byte(text), &w) == nil && w.Next != nil && len(w.Next.Needs) == 1
	})
	var w why.Why
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		t.Fatal(err)
	}
	if n := w.Next.Needs[0]; n.Source != "ev" || len(n.Partitions) != 1 || n.Partitions[0] != "ev.ndjson" || w.Next.Window.Count != 1 {
		t.Errorf("next to close: %+v", w.Next)
	}
	out, _ := ask(0, "per_window")
	says(t, "why per_window", out, "per_window: window 2026-01-01 00:00:20 - 00:00:30 (1 group) is open because partition ev.ndjson of source ev is at 00:00:17 since",
		"it closes when partition ev.ndjson has an event at or after", "stage 0, aggregate", "1 window open, 1 group", "holds the watermark", "last commit: epoch", "back-pressure:")
	out, _ = ask(0, "passed")
	says(t, "why passed", out, "passed: it writes changes at each commit", "its table is current as of epoch")
	_, said := ask(1, "per_windows")
	says(t, "an unknown view", said, `there is no view "per_windows"; did you mean per_window; there are passed, per_key, per_window`)
	_, said = run(t, dir, 1, "why", "--server", "http://127.0.0.1:1", "v")
	says(t, "no server", said, "is a `weir run` listening there?")
}
