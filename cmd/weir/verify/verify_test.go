package verify

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weirdb/weir/cmd/weir/node"
)

const source = `CREATE SOURCE s (
	id BIGINT, k VARCHAR, v DOUBLE, ts TIMESTAMP, place STRUCT(room VARCHAR, floor INTEGER), unread INTEGER,
	WATERMARK FOR ts AS ts - INTERVAL '2 seconds'
) WITH (connector = 'file', path = '%s/*.ndjson', format = 'json', follow = 'true');
`

const views = `
CREATE MATERIALIZED VIEW windows AS
SELECT window_start, k, count(*) AS n, sum(v) AS total FROM tumble(s, ts, INTERVAL '10 seconds') WHERE v > 0 GROUP BY ALL;
CREATE MATERIALIZED VIEW nested AS
SELECT time_bucket(INTERVAL '1 minute', w) AS m, max(n) AS top
FROM (SELECT window_start AS w, count(*) AS n FROM tumble(s, ts, INTERVAL '10 seconds') GROUP BY ALL) GROUP BY ALL;
CREATE MATERIALIZED VIEW changing WITH (emit = 'changes') AS
SELECT date_trunc('minute', ts) AS m, place.room AS room, avg(v) AS mean FROM s GROUP BY ALL;
CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS n, count(DISTINCT k) AS keys FROM s;
CREATE MATERIALIZED VIEW copies AS SELECT id, upper(k) AS k, place FROM s WHERE v > 1;
CREATE MATERIALIZED VIEW minutes AS SELECT time_bucket(INTERVAL '1 minute', window_start) AS m, sum(n) AS n FROM windows GROUP BY ALL;
CREATE MATERIALIZED VIEW busy AS SELECT m, n FROM minutes WHERE n > 1;
CREATE MATERIALIZED VIEW counts AS SELECT k, count(*) AS n FROM copies GROUP BY k;
CREATE MACRO shout(x) AS upper(x) || '!';
CREATE MACRO large(t) AS TABLE SELECT * FROM query_table(t) WHERE id > 3 AND shout(k) <> '';
CREATE MATERIALIZED VIEW loud AS SELECT shout(k) AS k, id FROM large(copies);
`

// pipeline is a folder with events and a result database.
type pipeline struct {
	t    *testing.T
	dir  string
	text string
}

func newPipeline(t *testing.T, views string) *pipeline {
	p := &pipeline{t: t, dir: t.TempDir()}
	p.text = fmt.Sprintf(source, p.dir) + views
	return p
}

func (p *pipeline) db() string { return filepath.Join(p.dir, "weir.duckdb") }

// event is an event at a second.
func event(id, second int, k string, v float64) string {
	return fmt.Sprintf(`{"id":%d,"k":%q,"v":%g,"ts":"2026-01-01T00:%02d:%02d","place":{"room":"r%d","floor":1}}`, id, k, v, second/60, second%60, id%3)
}

func (p *pipeline) append(file string, lines ...string) {
	p.t.Helper()
	f, err := os.OpenFile(filepath.Join(p.dir, file), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		p.t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(strings.Join(lines, "\n") + "\n"); err != nil {
		p.t.Fatal(err)
	}
}

// run runs the pipeline: to the end of the input or, live, until so many records are committed.
func (p *pipeline) run(live int64) {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.t.Context(), time.Minute)
	defer stop()
	n, err := node.Open(ctx, node.Options{DB: p.db(), Workers: 2, Threads: 1, CommitInterval: time.Millisecond, Bounded: live == 0})
	if err != nil {
		p.t.Fatal(err)
	}
	defer n.Close()
	if _, err := n.Apply(ctx, p.text); err != nil {
		p.t.Fatal(err)
	}
	go func() {
		for live > 0 && ctx.Err() == nil {
			if s := n.Status().Sources; len(s) > 0 && s[0].Records >= live {
				stop()
			}
			time.Sleep(time.Millisecond)
		}
	}()
	if err := n.Run(ctx); err != nil {
		p.t.Fatal(err)
	}
}

// tamper changes the result database behind Weir's back.
func (p *pipeline) tamper(statement string) {
	p.t.Helper()
	db, err := sql.Open("duckdb", p.db())
	if err != nil {
		p.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		p.t.Fatal(err)
	}
}

func (p *pipeline) verify(o Options) map[string]Outcome {
	p.t.Helper()
	o.DB = p.db()
	if o.Scripts == nil {
		o.Scripts = []Script{{"x.sql", p.text}}
	}
	outcomes, err := Run(p.t.Context(), o)
	if err != nil {
		p.t.Fatal(err)
	}
	out := map[string]Outcome{}
	for _, x := range outcomes {
		out[x.View] = x
	}
	return out
}

// equal wants every view to be the batch's, and returns the outcomes.
func (p *pipeline) equal(o Options) map[string]Outcome {
	p.t.Helper()
	out := p.verify(o)
	for name, x := range out {
		if !x.Equal() || len(x.Notes) > 0 {
			p.t.Errorf("view %s: %s %q\nextra %v\nmissing %v\nbehind %v", name, x.Summary(), x.Notes, x.Extra.Rows, x.Missing.Rows, x.Behind.Rows)
		}
	}
	return out
}

func (p *pipeline) events(from, to int) {
	var lines []string
	for i := from; i < to; i++ {
		lines = append(lines, event(i, i/3, string(rune('a'+i%5)), float64(i%7)/10+1))
	}
	p.append(fmt.Sprintf("%d.ndjson", from%2), lines...)
}

func TestEqualAfterTheEnd(t *testing.T) {
	p := newPipeline(t, views)
	p.events(0, 500)
	p.events(501, 900)
	p.append("0.ndjson", `{"id": "none"}`, `{"id": 1, "v": "much"}`, `{"unread": "nobody decodes this", "k": "x"}`)
	p.run(0)
	out := p.equal(Options{Ended: true})
	if x := out["totals"]; x.Rows != 1 || x.Events != 900 || x.DeadLetters != 2 {
		t.Errorf("totals: %+v", x)
	}
	totals := out["totals"]
	if want := "equal: 1 row over 900 events; 2 dead letters left out"; totals.Summary() != want {
		t.Errorf("%s, want %s", totals.Summary(), want)
	}
	if out := p.verify(Options{Views: []string{"TOTALS"}}); len(out) != 1 {
		t.Errorf("%d views for --view TOTALS", len(out))
	}
}

// A run that was cut off: rows of windows that are still open are not there, and are not wanted. Events that have come since the
// last commit do not count.
func TestEqualAfterAnInterruptedRun(t *testing.T) {
	p := newPipeline(t, views)
	p.events(0, 500)
	p.run(500)
	p.events(500, 600)
	out := p.equal(Options{})
	if x := out["windows"]; x.Open == 0 || x.Events != 500 || !strings.HasPrefix(x.OpenFrom, "2026-01-01 00:02:40") {
		t.Errorf("windows: %+v", x)
	}
	if x := out["totals"]; x.Events != 500 {
		t.Errorf("totals: %+v", x)
	}
	if x := p.verify(Options{Ended: true})["windows"]; x.Equal() {
		t.Errorf("--ended: %s", x.Summary())
	}
	p.run(0)
	p.equal(Options{Ended: true})
}

// Late rows are left out, the right ones: of events in one window of one partition those that came after it had closed.
func TestLateRows(t *testing.T) {
	p := newPipeline(t, views)
	p.append("0.ndjson", event(1, 1, "a", 2), event(2, 2, "a", 3), event(3, 15, "a", 5))
	p.run(3)
	p.append("0.ndjson", event(4, 2, "a", 7), event(5, 1, "a", -1), event(6, 16, "a", 11), event(7, 3, "b", 13))
	p.run(7 - 3)
	p.append("0.ndjson", event(8, 70, "b", 17), event(9, 2, "a", 19))
	p.run(0)
	out := p.equal(Options{})
	if x := out["windows"]; x.Late != 3 || x.Events != 6 {
		t.Errorf("windows: %+v", x)
	}
	if x := out["totals"]; x.Late != 0 || x.Events != 9 {
		t.Errorf("totals: %+v", x)
	}
	p.text = strings.Replace(p.text, "CREATE MATERIALIZED VIEW windows", "CREATE OR REPLACE MATERIALIZED VIEW windows", 1)
	p.text = strings.Replace(p.text, "sum(v) AS total FROM tumble", "max(v) AS total FROM tumble", 1)
	p.run(0) // late rows of before are there still, and none of them is late for the new view
	p.equal(Options{})
}

func TestTampered(t *testing.T) {
	p := newPipeline(t, views)
	p.events(0, 500)
	p.run(0)
	p.tamper("UPDATE windows SET n = n + 1 WHERE k = 'b' AND window_start = '2026-01-01 00:00:10'")
	p.tamper("DELETE FROM copies WHERE id = 78; INSERT INTO totals VALUES (1, 2)")
	out := p.verify(Options{})
	x := out["windows"]
	if x.ExtraN != 1 || x.MissingN != 1 || len(x.Behind.Rows) != 6 || x.BehindN != 6 {
		t.Fatalf("windows: %+v", x)
	}
	if got, want := fmt.Sprint(x.Extra.Rows[0][1:3], x.Missing.Rows[0][1:3]), "[b 7] [b 6]"; got != want {
		t.Errorf("rows %s, want %s", got, want)
	}
	if got, want := strings.Join(x.Behind.Columns, " "), "partition offset id k v ts place left out"; got != want {
		t.Errorf("columns %s, want %s", got, want)
	}
	for _, row := range x.Behind.Rows {
		if row[3] != "b" || row[5] < "2026-01-01 00:00:10" || row[5] >= "2026-01-01 00:00:20" {
			t.Errorf("event %v is not behind the row", row)
		}
	}
	if x := out["copies"]; x.MissingN != 1 || x.ExtraN != 0 || len(x.Behind.Rows) != 1 || x.Behind.Rows[0][2] != "78" {
		t.Errorf("copies: %+v", x)
	}
	if x := out["totals"]; x.ExtraN != 1 || x.BehindN != 500 || len(x.Behind.Rows) != maxEvents {
		t.Errorf("totals: %s %d %d", x.Summary(), x.BehindN, len(x.Behind.Rows))
	}
	if x := out["changing"]; !x.Equal() {
		t.Errorf("changing: %s", x.Summary())
	}
}

// A view may have counted what has become a dead letter for the sake of a later view's columns.
func TestLettersOfALaterView(t *testing.T) {
	p := newPipeline(t, "CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS n FROM s;")
	p.append("0.ndjson", `{"k": "a", "unread": "many"}`, `{"k": "b", "unread": 1}`)
	p.run(0)
	p.text += "CREATE MATERIALIZED VIEW later AS SELECT k, unread FROM s;"
	p.run(0)
	check := func(o Options) {
		t.Helper()
		out := p.equal(o)
		if x := out["totals"]; x.Events != 2 || x.DeadLetters != 0 {
			t.Errorf("totals: %+v", x)
		}
		if x, asked := out["later"]; asked && (x.Events != 1 || x.DeadLetters != 1) {
			t.Errorf("later: %+v", x)
		}
	}
	check(Options{})
	check(Options{Views: []string{"totals"}})
	p.tamper("UPDATE weir.weir.dead_letters SET views = NULL") // as an earlier weir has left it
	if x := p.verify(Options{Views: []string{"totals"}})["totals"]; !x.Equal() || x.Events != 2 || len(x.Notes) != 1 {
		t.Errorf("totals: %+v", x)
	}
	if x := p.verify(Options{Views: []string{"later"}})["later"]; !x.Equal() || x.Events != 1 || x.DeadLetters != 1 {
		t.Errorf("later: %+v", x)
	}
}

// TestFutureEvents: what max_future refuses is not in the batch either, and closes no window.
func TestFutureEvents(t *testing.T) {
	p := newPipeline(t, views)
	p.text = strings.Replace(p.text, "follow = 'true'", "follow = 'true', max_future = '1 hour'", 1)
	p.events(0, 200)
	p.append("0.ndjson", `{"id": 7, "k": "a", "v": 2, "ts": "2999-01-01T00:00:00"}`)
	p.events(200, 400)
	p.run(0)
	if x := p.equal(Options{Ended: true})["totals"]; x.DeadLetters != 1 || x.Late != 0 {
		t.Errorf("totals: %+v", x)
	}
}

// TestDuplicates: what is delivered again is not in the batch either, even if it is in another partition, has come in another run, or
// is so far behind that it is late for the key. Windows have late rows of their own.
func TestDuplicates(t *testing.T) {
	p := newPipeline(t, views)
	p.text = strings.Replace(p.text, "follow = 'true'", "follow = 'true', unique_key = 'id,k', unique_within = '30 seconds'", 1)
	if !strings.Contains(p.text, "unique_key") {
		t.Fatal("the source has no unique_key")
	}
	p.events(0, 200)
	p.events(100, 160) // again, in the same file
	p.append("1.ndjson", event(150, 50, "a", 1.3))
	p.run(200)
	p.equal(Options{})
	p.append("0.ndjson", event(199, 66, "e", 1.3), event(7000, 500, "a", 1), event(7001, 500, "b", 1))
	p.append("1.ndjson", event(7000, 500, "a", 1))
	p.run(0)
	p.append("0.ndjson", event(7002, 501, "a", 1), event(5, 1, "a", 1.5), event(7003, 480, "a", 1), event(5, 1, "a", 1.5))
	p.run(0)
	out := p.equal(Options{Ended: true})
	if x := out["totals"]; x.Duplicates < 60 || x.Late != 2 {
		t.Errorf("totals: %d duplicates, %d late rows", x.Duplicates, x.Late)
	}
	if x := out["windows"]; x.Late < 2 {
		t.Errorf("windows: %d late rows", x.Late)
	}
}

// TestDuplicatesByAnyName: a source may call its columns what verify calls its own.
func TestDuplicatesByAnyName(t *testing.T) {
	p := &pipeline{t: t, dir: t.TempDir()}
	p.text = fmt.Sprintf(`CREATE SOURCE s (n INTEGER, first INTEGER, p INTEGER, k0 INTEGER, t TIMESTAMP, WATERMARK FOR t AS t)
		WITH (connector = 'file', path = '%s/*.ndjson', unique_key = 'n,p,first,k0', unique_within = '1 minute');
		CREATE MATERIALIZED VIEW total AS SELECT count(*) AS n, sum(n) AS p FROM s;`, p.dir)
	for i := range 6 {
		line := fmt.Sprintf(`{"n": %d, "first": 1, "p": 2, "k0": 3, "t": "2026-01-01T00:0%d:00"}`, i%4, i)
		p.append("0.ndjson", line, line)
	}
	p.append("1.ndjson", `{"n": 5, "first": 1, "p": 2, "k0": 3, "t": "2026-01-01T00:00:00"}`, `{"n": 5, "first": 1, "p": 2, "t": "2026-01-01T00:00:00"}`)
	p.run(0)
	if x := p.equal(Options{Ended: true})["total"]; x.Duplicates != 6 {
		t.Errorf("%d duplicates, want 6", x.Duplicates)
	}
}

func TestRounding(t *testing.T) {
	p := newPipeline(t, "CREATE MATERIALIZED VIEW means AS SELECT k, avg(v) AS mean FROM s GROUP BY k;")
	p.events(0, 100)
	p.run(0)
	p.tamper("UPDATE means SET mean = mean * (1 + 1e-15) WHERE k = 'a'")
	if x := p.verify(Options{})["means"]; !x.Equal() || x.Rounded != 1 {
		t.Errorf("means: %+v", x)
	}
	p.tamper("UPDATE means SET mean = mean * (1 + 1e-6) WHERE k = 'a'")
	if x := p.verify(Options{})["means"]; x.Equal() {
		t.Errorf("means: %+v", x)
	}
}

func TestMistakes(t *testing.T) {
	p := newPipeline(t, views)
	p.events(0, 100)
	p.run(100)
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{DB: filepath.Join(p.dir, "nosuch.duckdb")}, "nosuch.duckdb: no such file or directory; name it with --db"},
		{Options{DB: filepath.Join(p.dir, "0.ndjson")}, "not a valid DuckDB database"},
		{Options{DB: p.db(), Views: []string{"nosuch"}}, "--view nosuch: there is no such view; there are windows, nested"},
		{Options{DB: p.db(), Scripts: []Script{{"x.sql", strings.Replace(p.text, "count(*)", "sum(id)", 1)}}}, "x.sql: line 6, column 1: " + p.db() + " has another definition of MATERIALIZED VIEW windows"},
		{Options{DB: p.db(), Scripts: []Script{{"x.sql", p.text + "CREATE MATERIALIZED VIEW more AS SELECT k FROM s"}}}, "has no MATERIALIZED VIEW more: run this file with `weir run` first"},
	} {
		if _, err := Run(t.Context(), c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %s", err, c.want)
		}
	}
	if err := os.Truncate(filepath.Join(p.dir, "0.ndjson"), 50); err != nil {
		t.Fatal(err)
	}
	if x := p.verify(Options{})["totals"]; !strings.Contains(x.Refused, "source s could not be read again: partition") {
		t.Errorf("a source that has lost events: %s", x.Summary())
	}
}

// A view that does not say a row's window cannot be compared before the end of the input.
func TestNoWindowColumn(t *testing.T) {
	p := newPipeline(t, "CREATE MATERIALIZED VIEW bare AS SELECT k, count(*) AS n FROM tumble(s, ts, INTERVAL '10 seconds') GROUP BY window_start, k;")
	p.events(0, 100)
	p.run(100)
	if x := p.verify(Options{})["bare"]; !strings.Contains(x.Refused, "add window_start to the view's columns") {
		t.Errorf("bare: %s", x.Summary())
	}
	p.run(0)
	p.equal(Options{})
}
