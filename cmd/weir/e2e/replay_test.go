package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/weirdb/weir/connectors/server"
)

// replayed are the views that letters are given to again. Windows stay correctable, so that nothing is late.
var replayed = []view{{"per_window", "", views[0].query}, views[1], views[2]}

func replayedStatements() string {
	return strings.Replace(statements(replayed), "VIEW per_window AS", "VIEW per_window WITH (allowed_lateness = '100 days') AS", 1) +
		"CREATE SINK to_passed WITH (connector = 'file', path = 'passed.ndjson', format = 'json') AS FROM passed;\n" +
		"CREATE SINK broken WITH (connector = 'file', path = 'broken.ndjson', format = 'json') AS FROM weir.dead_letters WHERE text LIKE '{%';\n"
}

// mended is the source as it can read numbers as times, too.
var mended = strings.NewReplacer("CREATE SOURCE", "CREATE OR REPLACE SOURCE", "format = 'json'", "format = 'json', timestamp_unit = 'microseconds'").Replace(followed)

var timeText = regexp.MustCompile(`"ts":"([^"]*)"`)

// numbered writes one in so many lines' times as numbers.
func numbered(t *testing.T, rng *rand.Rand, lines []byte, oneIn int) (out []byte, changed int) {
	t.Helper()
	for line := range bytes.Lines(lines) {
		m := timeText.FindSubmatch(line)
		if m != nil && rng.IntN(oneIn) == 0 {
			at, err := time.Parse("2006-01-02T15:04:05.000000", string(m[1]))
			if err != nil {
				t.Fatal(err)
			}
			line = bytes.Replace(line, m[0], fmt.Appendf(nil, `"ts":%d`, at.UnixMicro()), 1)
			changed++
		}
		out = append(out, line...)
	}
	return out, changed
}

// replay replays all dead letters, and returns what has come of it.
func replay(t *testing.T, dir string, flags ...string) (r server.Replayed) {
	t.Helper()
	out, _ := run(t, dir, 0, append([]string{"replay", "dead-letters", "--json"}, flags...)...)
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return r
}

// A replay that is killed at any moment, in the Weir that runs or in a file, loses no letter and gives none twice, while events come.
func TestKillWhileReplaying(t *testing.T) {
	rng, dir := newRand(t), t.TempDir()
	e := newEvents(rng, 0)
	all := e.lines(nil, 30_000)
	lines, broken := numbered(t, rng, all, 2)
	write(t, dir, "ev.ndjson", string(lines))
	write(t, dir, "x.sql", followed+replayedStatements())
	p := follow(t, dir, "--commit-interval", "50ms")
	url := p.url()
	p.eventually("all is read", func() bool {
		out, _ := run(t, dir, 0, "sql", "--server", url, "--format", "csv", "-c", "SELECT count(*) FROM weir.dead_letters")
		return strings.Contains(out, fmt.Sprint("\n", broken, "\n"))
	})
	p.terminate()
	write(t, dir, "x.sql", mended+replayedStatements())
	amid := 0
	for i := 0; i < 30 && amid < 5; i++ {
		more := e.lines(nil, 100)
		all = append(all, more...)
		appendTo(t, dir, more)
		replayAndKill(t, rng, dir, i%2 == 0)
		j := newJudge(t, filepath.Join(dir, "x.duckdb"))
		left := j.number("SELECT count(*) FROM r.weir.dead_letters WHERE len(views) > 0")
		if j.done(); left > 0 && left < broken {
			amid++
		}
		if left == 0 {
			break
		}
	}
	if amid == 0 {
		t.Error("no replay was killed in its middle")
	}
	last := replay(t, dir, "--db", "x.duckdb", "x.sql")
	if last.Replayed != last.Chosen || last.Late > 0 {
		t.Errorf("the last replay: %+v", last)
	}
	if again := replay(t, dir, "--db", "x.duckdb"); again.Chosen > 0 {
		t.Errorf("replayed again: %+v", again)
	}
	finish(t, dir)
	j := judgeLines(t, filepath.Join(dir, "x.duckdb"), all)
	t.Logf("%d letters, killed %d times in the middle", broken, amid)
	j.equal(replayed)
	j.noLateRows()
	j.delivered(replayed[2], filepath.Join(dir, "passed.ndjson"))
	j.forwarded(filepath.Join(dir, "broken.ndjson"), broken)
	if n := j.number("SELECT count(*) FROM r.weir.dead_letters WHERE len(replayed) = 3 AND replayed_at IS NOT NULL AND error IS NULL"); n != broken {
		t.Errorf("%d letters say that they were replayed, want %d", n, broken)
	}
}

// replayAndKill replays in a Weir that runs, or in a file, and kills that.
func replayAndKill(t *testing.T, rng *rand.Rand, dir string, running bool) {
	t.Helper()
	wait := time.Duration(rng.IntN(800)) * time.Millisecond
	if !running {
		p := start(t, dir, "replay", "dead-letters", "--db", "x.duckdb", "x.sql")
		time.Sleep(wait)
		p.kill()
		return
	}
	p := follow(t, dir, "--commit-interval", "20ms", "--writable")
	client := start(t, dir, "replay", "dead-letters", "--server", p.url())
	time.Sleep(wait)
	p.kill()
	<-client.done
}

// forwarded checks that a sink of dead letters has got each of them once.
func (j *judge) forwarded(path string, want int) {
	j.t.Helper()
	j.exec("CREATE TABLE forwarded AS SELECT \"offset\", value::BLOB AS value, text FROM read_json('" + path + "', format = 'newline_delimited')")
	if n := j.number("SELECT count(*) FROM forwarded"); n != want {
		j.t.Errorf("%d letters were forwarded, want %d", n, want)
	}
	wrong := j.rows(`FROM r.weir.dead_letters d ANTI JOIN forwarded f ON f."offset" = d."offset" AND f.value = d.value AND f.text = decode(d.value) LIMIT 5`)
	if len(wrong) > 0 {
		j.t.Errorf("letters that were not forwarded: %q", wrong)
	}
}

// What a view lacks is given to it alone, what is late is in the late table, and what a view reads again in a new table is there once.
func TestReplay(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "ev.ndjson", `{"id":1,"k":"a","n":95,"ts":"2026-01-01T00:00:01"}
{"id":2,"k":"a","n":95,"v":"much","ts":"2026-01-01T00:00:02"}
{"id":3,"k":"b","n":95,"ts":1767225603000000}
{"id":4,"k":"b","n":95,"ts":"2026-01-01T00:01:00"}
`)
	ids := "CREATE MATERIALIZED VIEW ids AS SELECT id, k FROM ev;\n"
	windows := "CREATE MATERIALIZED VIEW windows AS SELECT window_start, count(*) AS c FROM tumble(ev, ts, INTERVAL '10 seconds') GROUP BY ALL;\n"
	amounts := "CREATE MATERIALIZED VIEW amounts AS SELECT id, v FROM ev;\n"
	once := func(text string) {
		t.Helper()
		write(t, dir, "x.sql", text)
		run(t, dir, 0, "run", "--db", "x.duckdb", "--once", "x.sql")
	}
	once(followed + ids + windows)
	once(followed + ids + windows + amounts)
	if got := replay(t, dir, "--db", "x.duckdb"); got.Chosen != 2 || got.Dead != 2 || len(got.Problems) != 2 {
		t.Errorf("before it is mended: %+v", got)
	}
	write(t, dir, "x.sql", mended+ids+windows+amounts)
	p := follow(t, dir, "--writable")
	url := p.url()
	_, said := run(t, dir, 1, "replay", "dead-letters", "--server", url, "--source", "nosuch")
	says(t, "another source", said, "there is no source nosuch; there are ev")
	_, said = run(t, dir, 1, "replay", "dead-letters", "--server", url, "--where", "nosuch > 1")
	says(t, "a mistake", said, `"nosuch" not found`)
	out, _ := run(t, dir, 0, "replay", "dead-letters", "--server", url, "--source", "EV", "--where", "reason LIKE 'column ts%'")
	says(t, "column ts", out, "1 chosen, 1 replayed, 0 dead again, 1 late\n")
	out, _ = run(t, dir, 0, "replay", "dead-letters", "--server", url)
	says(t, "column v", out, "1 chosen, 0 replayed, 1 dead again, 0 late\n", `dead again, 1: column v: cannot read "much" as DOUBLE`)
	p.terminate()
	p = follow(t, dir)
	_, said = run(t, dir, 1, "replay", "dead-letters", "--server", p.url())
	says(t, "without --writable", said, "only if weir runs with --writable")
	p.terminate()
	j := newJudge(t, filepath.Join(dir, "x.duckdb"))
	j.same("SELECT id FROM r.main.ids ORDER BY id", "1", "2", "3", "4")
	j.same("SELECT id FROM r.main.amounts ORDER BY id", "1", "3", "4")
	j.same("SELECT c FROM r.main.windows ORDER BY window_start", "2", "1")
	j.same("SELECT view, \"offset\", row->>'ts' FROM r.weir.late_rows", "windows\t113\t2026-01-01T00:00:03")
	j.same("SELECT views, replayed, error FROM r.weir.dead_letters ORDER BY \"offset\"", "[amounts]\t[]\tcolumn v: cannot read \"much\" as DOUBLE", "[]\t[amounts, ids, windows]\tNULL")
	j.done()
	replaced := strings.Replace(windows, "CREATE", "CREATE OR REPLACE", 1)
	once(mended + ids + strings.Replace(replaced, "count(*)", "count(id)", 1) + amounts)
	if got := replay(t, dir, "--db", "x.duckdb"); got.Chosen != 1 || got.Dead != 1 {
		t.Errorf("after a view was replaced: %+v", got)
	}
	j = newJudge(t, filepath.Join(dir, "x.duckdb"))
	j.same("SELECT c FROM r.main.windows ORDER BY window_start", "2", "1") // id 2 is dead for it now, and 3 counts
	j.same("SELECT views FROM r.weir.dead_letters ORDER BY \"offset\"", "[amounts, windows]", "[]")
}

// same wants a query's rows.
func (j *judge) same(query string, want ...string) {
	j.t.Helper()
	if got := j.rows(query); strings.Join(got, "\n") != strings.Join(want, "\n") {
		j.t.Errorf("%s\ngot %q\nwant %q", query, got, want)
	}
}

// A view of a running Weir that stops on a letter goes on without it, while events come.
func TestReplayStopsNoView(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "ev.ndjson", `{"id":1,"n":1,"ts":1767225601000000}
{"id":2,"n":1000,"ts":1767225602000000}
{"id":3,"n":2,"ts":1767225603000000}
`)
	small := "CREATE MATERIALIZED VIEW small AS SELECT sum(n)::TINYINT AS n FROM ev;\n"
	write(t, dir, "x.sql", followed+small)
	run(t, dir, 0, "run", "--db", "x.duckdb", "--once", "x.sql")
	write(t, dir, "x.sql", mended+small)
	p := follow(t, dir, "--writable", "--commit-interval", "20ms")
	url := p.url()
	got := replay(t, dir, "--server", url)
	if got.Chosen != 3 || got.Replayed != 2 || got.Dead != 1 || len(got.Problems) != 1 || !strings.Contains(got.Problems[0].Reason, "query small: ") {
		t.Errorf("replayed %+v", got)
	}
	appendTo(t, dir, []byte(`{"id":4,"n":4,"ts":"2026-01-01T00:00:04"}`+"\n"))
	p.eventually("the view has all others", func() bool {
		out, _ := run(t, dir, 0, "sql", "--server", url, "--format", "csv", "-c", "FROM small")
		return out == "n\n7\n"
	})
	if code := p.terminate(); code != 0 {
		t.Errorf("exit code %d: %s", code, p.stderr.String())
	}
	j := newJudge(t, filepath.Join(dir, "x.duckdb"))
	j.same(`SELECT decode(value)::JSON->>'id', views FROM r.weir.dead_letters WHERE len(views) > 0`, "2\t[small]")
}

// A view that is computed anew beside the old one has a letter once, whether it is replayed before, meanwhile or after.
func TestReplayWhileBackfilling(t *testing.T) {
	dir := t.TempDir()
	lines := newEvents(newRand(t), 0).lines(nil, 20_000)
	broken := "{\"id\":-1,\"ts\":1767225601000000}\n{\"id\":-2,\"n\":\"none\",\"ts\":\"2026-01-01T00:00:01\"}\n"
	write(t, dir, "ev.ndjson", broken+string(lines))
	ids := "CREATE MATERIALIZED VIEW ids AS SELECT id FROM ev;\n"
	write(t, dir, "x.sql", followed+ids)
	run(t, dir, 0, "run", "--db", "x.duckdb", "--once", "x.sql")
	write(t, dir, "x.sql", mended+ids+"CREATE OR REPLACE MATERIALIZED VIEW ids WITH (backfill = 'earliest') AS SELECT id, n FROM ev;\n")
	p := follow(t, dir, "--writable", "--commit-interval", "20ms", "--workers", "1")
	url := p.url()
	p.eventually("the successor has the view's place", func() bool {
		replay(t, dir, "--server", url)
		return p.table("SELECT count(*) FROM duckdb_columns() WHERE table_name = 'ids'") == "2"
	})
	if last := replay(t, dir, "--server", url); last.Chosen != 1 || last.Dead != 1 {
		t.Errorf("replayed %+v", last)
	}
	p.terminate()
	j := newJudge(t, filepath.Join(dir, "x.duckdb"))
	j.same("SELECT count(*), count(DISTINCT id), min(id) FROM r.main.ids", "20001\t20001\t-1")
	j.same("SELECT views FROM r.weir.dead_letters ORDER BY \"offset\"", "[]", "[ids]")
	j.done()
	out, _ := run(t, dir, 0, "verify", "--db", "x.duckdb")
	says(t, "verify", out, "view ids: equal: 20001 rows")
}
