package e2e

import (
	"context"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// followed is the source of these tests: one file that grows.
var followed = sourceOf("connector = 'file', path = 'ev.ndjson', format = 'json', follow = 'true'")

// follow runs x.sql until a test ends it.
func follow(t *testing.T, dir string, flags ...string) *process {
	t.Helper()
	return start(t, dir, append(append([]string{"run", "--db", "x.duckdb", "--listen", "127.0.0.1:0"}, flags...), "x.sql")...)
}

// appendTo adds text to ev.ndjson.
func appendTo(t *testing.T, dir string, text []byte) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, "ev.ndjson"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write(text); err != nil {
		t.Fatal(err)
	}
}

// records is how many records the process says at its end that it has read.
func (p *process) records() int {
	p.t.Helper()
	return counter(p.t, p.stderr.String(), `source ev: (\d+) records`)
}

// SIGTERM commits what was read, and a restart goes on there: nothing is read twice.
func TestResume(t *testing.T) {
	rng, dir := newRand(t), t.TempDir()
	write(t, dir, "x.sql", followed+statements(views))
	e := newEvents(rng, 0)
	var all []byte
	for i, n := range []int{5000, 3000, 0, 1} {
		some := e.lines(nil, n)
		all = append(all, some...)
		appendTo(t, dir, some)
		p := follow(t, dir, "--workers", []string{"1", "3", "2", "4"}[i])
		if n > 0 {
			p.read(int64(n))
		} else {
			p.eventually("it reads", p.takes)
		}
		if code := p.terminate(); code != 0 {
			t.Errorf("exit code %d after SIGTERM: %s", code, p.stderr.String())
		}
		if got := p.records(); got != n {
			t.Errorf("run %d has read %d records, want %d", i, got, n)
		}
		if got := counter(t, p.stderr.String(), `view per_key: (\d+) rows in`); got != n {
			t.Errorf("run %d: view per_key has read %d rows, want %d", i, got, n)
		}
	}
	finish(t, dir)
	j := judgeLines(t, filepath.Join(dir, "x.duckdb"), all)
	j.equal(views)
	j.noLateRows()
}

// SIGTERM at any moment, while lines keep coming: every line is read by one run only.
func TestTerminateWhileReading(t *testing.T) {
	rng, dir := newRand(t), t.TempDir()
	write(t, dir, "x.sql", followed+statements(views))
	appendTo(t, dir, nil)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	out := make(chan []byte, 1)
	seed := rng.Uint64()
	go func() {
		e, all := newEvents(rand.New(rand.NewPCG(seed, 2)), 0), []byte(nil)
		for ; ctx.Err() == nil; time.Sleep(time.Millisecond) {
			some := e.lines(nil, 50)
			all = append(all, some...)
			appendTo(t, dir, some)
		}
		out <- all
	}()
	total := 0
	for range 8 {
		p := follow(t, dir, "--commit-interval", "100ms")
		p.url() // the signal is caught by now
		time.Sleep(time.Duration(rng.IntN(500)) * time.Millisecond)
		if code := p.terminate(); code != 0 {
			t.Errorf("exit code %d after SIGTERM: %s", code, p.stderr.String())
		}
		total += p.records()
	}
	stop()
	all := <-out
	_, said := run(t, dir, 0, "run", "--db", "x.duckdb", "--once", "x.sql")
	total += counter(t, said, `source ev: (\d+) records`)
	if want := strings.Count(string(all), "\n"); total != want {
		t.Errorf("all runs have read %d records, want %d", total, want)
	}
	j := judgeLines(t, filepath.Join(dir, "x.duckdb"), all)
	j.equal(views)
	j.noLateRows()
}

// A definition that differs is refused unless it says OR REPLACE; then the view is built again from the beginning, alone.
func TestChangedView(t *testing.T) {
	rng, dir := newRand(t), t.TempDir()
	lines := newEvents(rng, 0).lines(nil, 3000)
	write(t, dir, "ev.ndjson", string(lines))
	write(t, dir, "x.sql", followed+statements(views))
	finish(t, dir)
	changed := slices.Clone(views)
	changed[1].query = "SELECT k, max(v) AS top, count(*) AS c FROM ev WHERE id % 2 = 0 GROUP BY k"
	write(t, dir, "x.sql", followed+statements(changed))
	_, said := run(t, dir, 1, "run", "--db", "x.duckdb", "--once", "x.sql")
	if !strings.Contains(said, "per_key exists with another definition") || !strings.Contains(said, "CREATE OR REPLACE") {
		t.Errorf("a changed view is refused with: %s", said)
	}
	j := judgeLines(t, filepath.Join(dir, "x.duckdb"), lines)
	j.equal(views)
	j.done() // weir opens it again
	write(t, dir, "x.sql", followed+strings.ReplaceAll(statements(changed), "CREATE MATERIALIZED VIEW per_key", "CREATE OR REPLACE MATERIALIZED VIEW per_key"))
	_, said = run(t, dir, 0, "run", "--db", "x.duckdb", "--once", "x.sql")
	if n := counter(t, said, `view per_key: (\d+) rows in`); n != 3000 {
		t.Errorf("the replaced view has read %d rows, want all 3000", n)
	}
	if n := counter(t, said, `view per_window: (\d+) rows in`); n != 0 {
		t.Errorf("the view that stayed has read %d rows again, want 0", n)
	}
	finish(t, dir)
	judgeLines(t, filepath.Join(dir, "x.duckdb"), lines).equal(changed)
}

// A view that is added later reads from the beginning, while the others go on, and broken lines are not noted twice.
func TestNewView(t *testing.T) {
	rng, dir := newRand(t), t.TempDir()
	e := newEvents(rng, 0)
	good, file := []byte(nil), []byte(nil)
	var broken []deadRecord
	more := func() {
		some := e.lines(nil, 2000)
		good, file = append(good, some...), append(file, some...)
		broken = append(broken, deadRecord{"ev.ndjson", int64(len(file)), []byte("{")})
		file = append(file, "{\n"...)
		appendTo(t, dir, append(some, "{\n"...))
	}
	more()
	write(t, dir, "x.sql", followed+statements(views[:2]))
	p := follow(t, dir)
	p.read(2001)
	if code := p.terminate(); code != 0 {
		t.Errorf("exit code %d after SIGTERM: %s", code, p.stderr.String())
	}
	more()
	write(t, dir, "x.sql", followed+statements(views))
	p = follow(t, dir)
	p.read(4002)
	if code := p.terminate(); code != 0 {
		t.Errorf("exit code %d after SIGTERM: %s", code, p.stderr.String())
	}
	for i, want := range []int{2000, 2000, 4000} {
		if n := counter(t, p.stderr.String(), `view `+views[i].name+`: (\d+) rows in`); n != want {
			t.Errorf("view %s has read %d rows in its second run, want %d", views[i].name, n, want)
		}
	}
	finish(t, dir)
	j := judgeLines(t, filepath.Join(dir, "x.duckdb"), good)
	j.equal(views)
	j.noLateRows()
	j.deadLetters(broken)
}

// A source that does not answer does not hold up a shutdown, and an interrupted --once says that it is not complete.
func TestTerminateWhileStarting(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "x.sql", sourceOf("connector = 'kafka', brokers = '127.0.0.1:1', topic = 'ev', format = 'json'")+statements(views))
	for flag, code := range map[string]int{"--quiet": 0, "--once": 1} {
		p := follow(t, dir, flag)
		p.eventually("it looks for Kafka", func() bool { return strings.Contains(p.stderr.String(), "unable to open connection") })
		if got := p.terminate(); got != code {
			t.Errorf("%s: exit code %d, want %d: %s", flag, got, code, p.stderr.String())
		}
		if said := p.stderr.String(); strings.Contains(said, "no broker answered") {
			t.Errorf("%s: it has waited for Kafka: %s", flag, said)
		}
		if said := p.stderr.String(); code == 1 && !strings.Contains(said, "interrupted before the end") {
			t.Errorf("%s: %s", flag, said)
		}
	}
}

// A source that has ended closes its windows. Weir goes on answering until it is told to end.
func TestEndedSource(t *testing.T) {
	dir, lines := t.TempDir(), newEvents(newRand(t), 0).lines(nil, 2000)
	write(t, dir, "ev.ndjson", string(lines))
	write(t, dir, "x.sql", strings.ReplaceAll(followed, "follow = 'true'", "follow = 'false'")+statements(views))
	for _, n := range []int{2000, 0} {
		p := follow(t, dir)
		p.eventually("every view has ended", func() bool {
			return strings.Count(get(t, p.url()+"/v1/status", http.StatusOK), `"state":"ended"`) >= len(views)
		})
		get(t, p.url()+"/readyz", http.StatusOK)
		if code := p.terminate(); code != 0 {
			t.Errorf("exit code %d: %s", code, p.stderr.String())
		}
		if got := p.records(); got != n {
			t.Errorf("%d records, want %d", got, n)
		}
	}
	judgeLines(t, filepath.Join(dir, "x.duckdb"), lines).equal(views)
}
