package node

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/weirdb/weir/engine"
)

// TestStates: each trouble is news once, and so is its end.
func TestStates(t *testing.T) {
	s, got := states{}, []string{}
	at := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	see := func(source, view, sink string) {
		for _, e := range s.news(at, engine.Status{
			Sources: []engine.SourceStatus{{Name: "bid", State: source, Error: "gone"}},
			Queries: []engine.QueryStatus{{View: "hot", State: view, Error: "overflow"}},
			Sinks:   []engine.SinkStatus{{Name: "out", State: sink, Error: "no route"}},
		}) {
			got = append(got, fmt.Sprintf("%s %s: %s", e.Kind, e.Object, e.Message))
		}
	}
	see("opening", "running", "running")
	see("running", "running", "retrying")
	see("running", "failed", "retrying")
	see("failed", "failed", "running")
	see("opening", "paused", "running")
	see("running", "running", "running")
	want := []string{
		"retrying sink out: no route", "failed view hot: overflow", "failed source bid: gone", "recovered sink out: was retrying",
		"paused view hot: overflow", "recovered source bid: was failed", "recovered view hot: was paused",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestCommentsWhileRunning: a comment is in the status and in DESCRIBE at once, and in the database; it needs --writable.
func TestCommentsWhileRunning(t *testing.T) {
	n := open(t, "", &events{lines: []string{`{"a": 1, "b": 2}`}}, Options{Bounded: true})
	defer shut(t, n)
	apply(t, n, source+"CREATE MATERIALIZED VIEW v WITH (title = 'A view') AS SELECT a, count(*) AS n FROM s GROUP BY a", "")
	if err := n.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	const comment = "COMMENT ON COLUMN v.n IS 'how many'"
	if _, err := n.ask(t.Context(), comment); err == nil {
		t.Error("it is let to a Weir that only reads")
	}
	if _, _, err := n.Describe(t.Context(), comment); err == nil {
		t.Error("it is let over PostgreSQL's protocol")
	}
	n.options.Writable = true
	answer, err := n.ask(t.Context(), comment)
	if err != nil {
		t.Fatal(err)
	}
	answer.Close()
	if _, err := n.ask(t.Context(), "COMMENT ON COLUMN v.m IS 'how many'"); err == nil {
		t.Error("there is no such column")
	}
	about := n.Status().Queries[0].About
	if about.Title != "A view" || about.Comments["n"] != "how many" {
		t.Errorf("about %+v", about)
	}
	if got := one(t, n, "SELECT sql FROM weir.catalog WHERE kind = 'COMMENT'"); got != `COMMENT ON COLUMN "v"."n" IS 'how many'` {
		t.Errorf("kept is %s", got)
	}
}
