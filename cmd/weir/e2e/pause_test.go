package e2e

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Views that are paused and resumed at random, in a process that is killed at random, lose nothing and double nothing.
func TestPauseAndKill(t *testing.T) {
	rng, dir := newRand(t), t.TempDir()
	write(t, dir, "x.sql", followed+statements(views))
	e := newEvents(rng, 0)
	var all []byte
	for i := range 10 {
		lines := e.lines(nil, 500+rng.IntN(500))
		all = append(all, lines...)
		appendTo(t, dir, lines)
		p := follow(t, dir, "--commit-interval", "20ms", "--writable")
		url := p.url()
		for range rng.IntN(4) {
			what := []string{"PAUSE", "RESUME"}[rng.IntN(2)]
			statement := fmt.Sprintf("ALTER MATERIALIZED VIEW %s %s", views[rng.IntN(len(views))].name, what)
			run(t, dir, 0, "sql", "--server", url, "-c", statement)
		}
		time.Sleep(time.Duration(rng.IntN(200)) * time.Millisecond)
		if i%3 == 2 {
			p.terminate()
		} else {
			p.kill()
		}
	}
	var resumed strings.Builder
	for _, v := range views {
		fmt.Fprintf(&resumed, "ALTER MATERIALIZED VIEW %s RESUME;\n", v.name)
	}
	write(t, dir, "x.sql", followed+statements(views)+resumed.String())
	finish(t, dir)
	j := judgeLines(t, filepath.Join(dir, "x.duckdb"), all)
	j.equal(views)
	j.noLateRows()
}

// A pause can be written into a file of statements, and is seen in a database that nobody runs.
func TestPauseInAFile(t *testing.T) {
	dir := small(t)
	write(t, dir, "x.sql", followed+statements(views)+"ALTER MATERIALIZED VIEW passed PAUSE;")
	_, said := run(t, dir, 0, "run", "--db", "x.duckdb", "--once", "x.sql")
	says(t, "the end", said, "view passed: 0 rows in, 0 out, 0 late, paused", "view per_key: 3 rows in")
	out, _ := run(t, dir, 0, "sql", "--db", "x.duckdb", "--format", "csv", "-c", "SHOW VIEWS")
	says(t, "SHOW VIEWS", out, ",paused\n", ",stopped\n")
	run(t, dir, 0, "sql", "--db", "x.duckdb", "-c", "ALTER MATERIALIZED VIEW passed RESUME")
	write(t, dir, "x.sql", followed+statements(views))
	_, said = run(t, dir, 0, "run", "--db", "x.duckdb", "--once", "x.sql")
	says(t, "the end", said, "view passed: 3 rows in")
}
