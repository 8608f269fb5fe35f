package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// asked runs weir plan for some files, and returns what it says as JSON.
func asked(t *testing.T, dir string, code int, flags ...string) (p struct {
	Changes bool
	Objects []struct{ Script, Kind, Name, Action, Note string }
	Views   []struct {
		Name, Fate string
		Rows       int
		Sources    []struct {
			Source, Unit, Error string
			Size                int
			Partitions          []struct {
				Partition string
				From, End int
			}
		}
	}
}) {
	t.Helper()
	out, _ := run(t, dir, code, append([]string{"plan", "--format", "json"}, flags...)...)
	if err := json.Unmarshal([]byte(out), &p); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	return p
}

// weir plan says beside a running Weir what it says of the file that this one leaves, and neither of them notices.
func TestPlan(t *testing.T) {
	dir := small(t)
	said, _ := run(t, dir, 2, "plan", "--db", "x.duckdb", "x.sql")
	says(t, "before the first run", said, "created │ source ev", "view per_key: new", "4 created; views computed anew: 0")
	if made, _ := filepath.Glob(filepath.Join(dir, "x.duckdb*")); len(made) > 0 {
		t.Errorf("weir plan has made %v", made)
	}
	write(t, dir, "fees.csv", "k,fee\nc,0.5\n")
	write(t, dir, "more.sql", `CREATE OR REPLACE TABLE fees AS FROM 'fees.csv';
CREATE MATERIALIZED VIEW charged AS SELECT id, fee FROM ev JOIN fees USING (k);`)
	p := start(t, dir, "run", "--db", "x.duckdb", "--listen", "127.0.0.1:0", "x.sql", "more.sql")
	p.eventually("all is committed", func() bool { return p.table("SELECT count(*) FROM per_key") == "3" })
	if got := asked(t, dir, 0, "--server", p.url(), "x.sql", "more.sql"); got.Changes || len(got.Views) != 4 || got.Objects[4].Action != "executed" {
		t.Errorf("the same files: %+v", got)
	}
	_, busy := run(t, dir, 1, "plan", "--db", "x.duckdb", "x.sql")
	says(t, "a file that is open", busy, "x.duckdb is open in another process")
	write(t, dir, "y.sql", withColumns("extra VARCHAR, ", "")+"CREATE OR REPLACE MATERIALIZED VIEW passed AS SELECT id, extra FROM ev; DROP MATERIALIZED VIEW per_key;")
	live := asked(t, dir, 2, "--server", p.url(), "y.sql")
	fates := ""
	for _, v := range live.Views {
		fates += fmt.Sprintf("%s %s %d, ", v.Name, v.Fate, v.Rows)
	}
	if want := "per_window kept 2, passed rebuilt 3, charged kept 1, per_key dropped 3, "; fates != want {
		t.Errorf("views %s, want %s", fates, want)
	}
	if p.table("SELECT count(*) FROM per_key") != "3" {
		t.Error("weir plan has changed something")
	}
	for name, text := range map[string]string{
		"secret":   "CREATE SOURCE more (a INTEGER) WITH (connector = 'file', path = '${HOME}', format = '${HOME}')",
		"a folder": "CREATE SOURCE more (a INTEGER) WITH (connector = 'file', path = '/etc/*', format = 'json'); CREATE MATERIALIZED VIEW z AS SELECT a FROM more",
	} {
		write(t, dir, "z.sql", text)
		q := start(t, dir, "plan", "--server", p.url(), "z.sql")
		q.wait()
		if said := q.stdout.String() + q.stderr.String(); strings.Contains(said, os.Getenv("HOME")+"'") || strings.Contains(said, "/etc/passwd") {
			t.Errorf("%s: whoever asks learns %s", name, said)
		}
	}
	if code := p.terminate(); code != 0 {
		t.Fatal(p.stderr.String())
	}
	file := asked(t, dir, 2, "--db", "x.duckdb", "y.sql")
	if a, b := fmt.Sprint(live), fmt.Sprint(file); a != b {
		t.Errorf("beside the running Weir\n%s\nof the file\n%s", a, b)
	}
}

// weir plan beside a Weir that commits all the time tries texts that drop and rebuild its views, and takes all back: nothing is lost or doubled.
func TestPlanWhileCommitting(t *testing.T) {
	rng, dir := newRand(t), t.TempDir()
	write(t, dir, "x.sql", followed+statements(views))
	write(t, dir, "y.sql", withColumns("", ", extra VARCHAR")+`CREATE OR REPLACE MATERIALIZED VIEW per_key AS SELECT k, max(extra) AS extra FROM ev GROUP BY k;
DROP MATERIALIZED VIEW passed; DROP MATERIALIZED VIEW per_window; CREATE MATERIALIZED VIEW passed AS SELECT id FROM ev;`)
	e := newEvents(rng, 0)
	p := follow(t, dir, "--commit-interval", "5ms")
	var all []byte
	for range 12 {
		plan := start(t, dir, "plan", "--server", p.url(), "y.sql")
		for planning := true; planning; {
			lines := e.lines(nil, 50)
			all = append(all, lines...)
			appendTo(t, dir, lines)
			select {
			case <-plan.done:
				planning = false
			case <-time.After(2 * time.Millisecond):
			}
		}
		if code := plan.wait(); code != 2 {
			t.Fatalf("exit code %d: %s", code, plan.stderr.String())
		}
		says(t, "weir plan", plan.stdout.String(), "view per_key: computed anew", "view passed: computed anew", "view per_window: table dropped")
	}
	p.kill()
	finish(t, dir)
	j := judgeLines(t, filepath.Join(dir, "x.duckdb"), all)
	j.equal(views)
	j.noLateRows()
}
