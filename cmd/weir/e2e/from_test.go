package e2e

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// send posts JSON lines to source ev, which must take them.
func (p *process) send(lines []byte) {
	p.t.Helper()
	answer, err := http.Post(p.url()+"/v1/sources/ev/events", "application/x-ndjson", strings.NewReader(string(lines)))
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusAccepted {
		p.t.Fatalf("answer %s", answer.Status)
	}
}

// takes reports whether the first source can be sent events.
func (p *process) takes() bool {
	sources := p.status().Sources
	return len(sources) > 0 && sources[0].State == "running"
}

// With --from a new view begins at a time, and goes on from there without it; a view that has read the source before goes on where it
// stood. weir verify knows where each has begun.
func TestFrom(t *testing.T) {
	rng, dir := newRand(t), t.TempDir()
	source := sourceOf("connector = 'http', format = 'json'")
	write(t, dir, "x.sql", source+"CREATE MATERIALIZED VIEW old AS SELECT id FROM ev;")
	e := newEvents(rng, 0)
	p := follow(t, dir)
	p.eventually("it takes events", p.takes)
	p.send(e.lines(nil, 10))
	middle := time.Now()
	p.send(e.lines(nil, 5))
	p.read(15)
	if code := p.terminate(); code != 0 {
		t.Fatal(p.stderr.String())
	}
	write(t, dir, "x.sql", source+"CREATE MATERIALIZED VIEW old AS SELECT id FROM ev;CREATE MATERIALIZED VIEW new AS SELECT id FROM ev;")
	p = follow(t, dir, "--from", middle.UTC().Format(time.RFC3339Nano))
	p.eventually("the new view is begun", func() bool { return p.status().Commits > 0 })
	p.kill()
	p = follow(t, dir)
	p.eventually("it takes events", p.takes)
	p.send(e.lines(nil, 2))
	p.read(2)
	if code := p.terminate(); code != 0 {
		t.Fatal(p.stderr.String())
	}
	out, _ := run(t, dir, 0, "verify", "--db", "x.duckdb")
	for _, want := range []string{"view old: equal: 17 rows over 17 events", "view new: equal: 7 rows over 7 events"} {
		if !strings.Contains(out, want) {
			t.Errorf("weir verify does not say %q:\n%s", want, out)
		}
	}
	j := newJudge(t, filepath.Join(dir, "x.duckdb"))
	if wrong := j.rows("SELECT id FROM r.main.new EXCEPT ALL (SELECT id FROM r.main.old ORDER BY id DESC LIMIT 7)"); len(wrong) > 0 {
		t.Errorf("the new view has %v", wrong)
	}
}

// A source that does not know when its records came cannot begin at a time; a time has to be one.
func TestFromRefused(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "ev.ndjson", "{}\n")
	write(t, dir, "x.sql", followed+"CREATE MATERIALIZED VIEW v AS SELECT id FROM ev;")
	_, said := run(t, dir, 1, "run", "--once", "--from", "2026-01-01 10:00", "x.sql")
	if want := "source ev: connector file cannot start at a time (2026-01-01 10:00:00Z): start at the beginning, and let the view leave out " +
		"what is older"; !strings.Contains(said, want) {
		t.Errorf("it says\n%s", said)
	}
	_, said = run(t, dir, 1, "run", "--once", "--from", "yesterday", "x.sql")
	if !strings.Contains(said, "want a time such as '2026-01-01'") {
		t.Errorf("it says\n%s", said)
	}
}
