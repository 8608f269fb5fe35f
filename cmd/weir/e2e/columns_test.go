package e2e

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// withColumns is the source of these tests with columns before and behind those of the events.
func withColumns(before, behind string) string {
	text := strings.Replace(followed, "CREATE SOURCE ev (", "CREATE OR REPLACE SOURCE ev ("+before, 1)
	return strings.Replace(text, ", WATERMARK", behind+", WATERMARK", 1)
}

// extended are n lines, of which some have a field that no source has declared at first.
func extended(rng *rand.Rand, e *events, n int) (lines []byte, with int) {
	for range n {
		line := e.next(nil)
		if rng.IntN(3) == 0 {
			line = append([]byte(`{"extra":"x",`), line[1:]...)
			with++
		}
		lines = append(append(lines, line...), '\n')
	}
	return lines, with
}

// A source gains and loses columns, in a process that is killed at random: weir plan says that the views on it keep their state, and they
// lose nothing and double nothing.
func TestSourceColumnsAndKill(t *testing.T) {
	rng, dir := newRand(t), t.TempDir()
	write(t, dir, "x.sql", followed+statements(views))
	run(t, dir, 2, "plan", "--db", "x.duckdb", "x.sql")
	sources := []string{
		withColumns("extra VARCHAR, ", ""), withColumns("", ""), withColumns("", ", extra VARCHAR, more STRUCT(a INTEGER)"),
		withColumns("more DOUBLE, ", ", extra VARCHAR"),
	}
	e := newEvents(rng, 0)
	var all []byte
	with := 0
	for i := range 12 {
		lines, n := extended(rng, e, 500+rng.IntN(1500))
		all, with = append(all, lines...), with+n
		appendTo(t, dir, lines)
		p := follow(t, dir, "--commit-interval", "20ms")
		p.eventually("it has committed", func() bool { return p.status().Commits > 0 })
		time.Sleep(time.Duration(rng.IntN(150)) * time.Millisecond)
		p.kill()
		write(t, dir, "x.sql", sources[i%len(sources)]+statements(views))
		out, _ := run(t, dir, 2, "plan", "--db", "x.duckdb", "x.sql")
		says(t, "weir plan", out, "replaced  │ source ev", "view per_window: state kept", "view per_key: state kept", "view passed: state kept")
	}
	write(t, dir, "x.sql", sources[2]+statements(views)+"CREATE MATERIALIZED VIEW extras AS SELECT extra, count(*) AS n FROM ev GROUP BY extra;")
	finish(t, dir)
	j := judgeLines(t, filepath.Join(dir, "x.duckdb"), all)
	j.equal(views)
	j.noLateRows()
	want := fmt.Sprintf("x\t%d|NULL\t%d", with, bytes.Count(all, []byte("\n"))-with)
	if got := strings.Join(j.rows("SELECT * FROM r.extras ORDER BY extra NULLS LAST"), "|"); got != want {
		t.Errorf("extras: %s, want %s", got, want)
	}
	if n := j.number("SELECT count(*) FROM r.weir.dead_letters"); n != 0 {
		t.Errorf("%d dead letters", n)
	}
}

// The same by ALTER SOURCE, while Weir runs.
func TestAlterSourceAndKill(t *testing.T) {
	rng, dir := newRand(t), t.TempDir()
	write(t, dir, "x.sql", strings.Replace(followed, "CREATE SOURCE", "CREATE SOURCE IF NOT EXISTS", 1)+statements(views))
	e := newEvents(rng, 0)
	var all []byte
	for i := range 8 {
		lines, _ := extended(rng, e, 500+rng.IntN(1500))
		all = append(all, lines...)
		appendTo(t, dir, lines)
		p := follow(t, dir, "--commit-interval", "20ms", "--writable")
		p.eventually("it has committed", func() bool { return p.status().Commits > 0 })
		for k := range 1 + rng.IntN(3) {
			statement := fmt.Sprintf("ALTER SOURCE ev ADD COLUMN c%d_%d VARCHAR", i, k)
			if k == 1 {
				statement = fmt.Sprintf("ALTER SOURCE ev DROP COLUMN c%d_0", i)
			}
			run(t, dir, 0, "sql", "--server", p.url(), "-c", statement)
			if k == 0 {
				_, said := run(t, dir, 1, "sql", "--server", p.url(), "-c", "ALTER SOURCE ev DROP COLUMN n")
				says(t, "a column that views read", said, "views per_window, per_key, passed do not work with the new definition")
			}
		}
		time.Sleep(time.Duration(rng.IntN(100)) * time.Millisecond)
		p.kill()
	}
	finish(t, dir)
	j := judgeLines(t, filepath.Join(dir, "x.duckdb"), all)
	j.equal(views)
	j.noLateRows()
}
