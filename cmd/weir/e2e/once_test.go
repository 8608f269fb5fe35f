package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// onceEvents is how many events the big run has.
const onceEvents = 1_000_000

// A million events through one run with --once: each view is what DuckDB computes, and the file can be asked.
func TestOnce(t *testing.T) {
	rng, dir := newRand(t), t.TempDir()
	lines := newEvents(rng, 0).lines(nil, onceEvents)
	path := filepath.Join(dir, "ev.ndjson")
	if err := os.WriteFile(path, lines, 0o600); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "x.sql", sourceOf("connector = 'file', path = 'ev.ndjson', format = 'json'")+statements(views))
	began := time.Now()
	_, said := run(t, dir, 0, "run", "--db", "x.duckdb", "--once", "x.sql")
	took := time.Since(began)
	t.Logf("%d events in %s, %.0f rows/s with start and end", onceEvents, took.Round(time.Millisecond), onceEvents/took.Seconds())
	if n := counter(t, said, `source ev: (\d+) records, 0 dead letters`); n != onceEvents {
		t.Errorf("weir counts %d records, want %d", n, onceEvents)
	}
	counted, _ := run(t, dir, 0, "sql", "--db", "x.duckdb", "--format", "csv", "-c", "SELECT sum(c)::BIGINT AS events FROM per_window")
	if counted != "events\n1000000\n" {
		t.Errorf("weir sql --db says %q", counted)
	}
	j := newJudge(t, filepath.Join(dir, "x.duckdb"))
	j.loadJSON(path)
	j.equal(views)
	j.noLateRows()
}

// An empty file gives empty views, and one that is missing an error that names it.
func TestOnceWithoutEvents(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "x.sql", sourceOf("connector = 'file', path = 'ev.ndjson', format = 'json'")+statements(views))
	_, said := run(t, dir, 1, "run", "--db", "x.duckdb", "--once", "x.sql")
	if !strings.Contains(said, "no file matches path = 'ev.ndjson'") {
		t.Errorf("a missing file: %s", said)
	}
	write(t, dir, "ev.ndjson", "")
	run(t, dir, 0, "run", "--db", "x.duckdb", "--once", "x.sql")
	j := newJudge(t, filepath.Join(dir, "x.duckdb"))
	for _, v := range views {
		if n := j.number("SELECT count(*) FROM r.main." + v.name); n != 0 {
			t.Errorf("view %s over an empty file has %d rows", v.name, n)
		}
	}
}

// A file that has grown since the last run with --once: what is new counts, but for the windows that the end of the first run
// has closed. Their rows are put aside, not lost.
func TestOnceAgain(t *testing.T) {
	dir := t.TempDir()
	event := func(id, second int) []byte {
		return fmt.Appendf(nil, `{"id":%d,"k":"a","n":99,"ts":"2026-01-01T00:00:%02d"}`+"\n", id, second)
	}
	write(t, dir, "x.sql", followed+statements(views))
	appendTo(t, dir, event(1, 5))
	appendTo(t, dir, event(2, 12))
	run(t, dir, 0, "run", "--db", "x.duckdb", "--once", "x.sql")
	appendTo(t, dir, event(3, 19)) // in the last window of before
	appendTo(t, dir, event(4, 25))
	_, said := run(t, dir, 0, "run", "--db", "x.duckdb", "--once", "x.sql")
	if n := counter(t, said, `view per_window: 2 rows in, 1 out, (\d+) late`); n != 1 {
		t.Errorf("%d late rows, want 1", n)
	}
	j := newJudge(t, filepath.Join(dir, "x.duckdb"))
	got := j.rows("SELECT window_start::TIME, c FROM r.main.per_window ORDER BY ALL")
	if want := "[00:00:00\t1 00:00:10\t1 00:00:20\t1]"; fmt.Sprint(got) != want {
		t.Errorf("windows are %q, want %s", got, want)
	}
	got = j.rows("SELECT view, event_time::TIME, watermark::TIME FROM r.weir.late_rows")
	if want := "[per_window\t00:00:19\t00:00:08]"; fmt.Sprint(got) != want {
		t.Errorf("late rows are %q, want %s", got, want)
	}
	if n := j.number("SELECT c FROM r.main.per_key"); n != 4 {
		t.Errorf("the view without windows has counted %d, want 4", n)
	}
}
