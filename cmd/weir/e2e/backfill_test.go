package e2e

import (
	"bytes"
	"io"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

// table asks for a query's rows as CSV, without the header; what the server refuses is its error.
func (p *process) table(sql string) string {
	p.t.Helper()
	request, err := http.NewRequest(http.MethodPost, p.url()+"/v1/sql", strings.NewReader(sql))
	if err != nil {
		p.t.Fatal(err)
	}
	request.Header.Set("Accept", "text/csv")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	_, rows, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	return strings.TrimSpace(rows)
}

// sendUntil sends events until it is told to stop, and returns those that were taken. What is refused for a moment is sent again.
func sendUntil(t *testing.T, url string, e *events, stop chan struct{}) (taken []byte) {
	for {
		some := e.lines(nil, 20)
		for code := 0; code != http.StatusAccepted; {
			answer, err := http.Post(url+"/v1/sources/ev/events", "application/x-ndjson", bytes.NewReader(some))
			if err != nil {
				t.Error(err)
				return taken
			}
			answer.Body.Close()
			if code = answer.StatusCode; code != http.StatusAccepted && code != http.StatusServiceUnavailable {
				t.Errorf("answer %d", code)
				return taken
			}
			time.Sleep(2 * time.Millisecond)
		}
		taken = append(taken, some...)
		select {
		case <-stop:
			return taken
		default:
		}
	}
}

// A view that is replaced with backfill keeps its rows, and gets new ones, until its successor, which has read all from the beginning, takes
// its place; a kill in between changes nothing. Then the table is what DuckDB computes for the new text.
func TestBackfill(t *testing.T) {
	rng, dir := newRand(t), t.TempDir()
	source := sourceOf("connector = 'http', format = 'json'")
	const old = "SELECT k, count(*) AS c FROM ev GROUP BY k"
	write(t, dir, "x.sql", source+"CREATE MATERIALIZED VIEW v AS "+old+"; CREATE MATERIALIZED VIEW w AS SELECT id FROM ev;")
	e := newEvents(rng, 0)
	p := follow(t, dir)
	p.eventually("it takes events", p.takes)
	var all []byte
	send := func(n int) {
		some := e.lines(nil, n)
		all = append(all, some...)
		p.send(some)
	}
	for range 30 {
		send(1000)
	}
	p.read(30_000)
	if code := p.terminate(); code != 0 {
		t.Fatal(p.stderr.String())
	}
	const next = "SELECT k, count(*) AS c, sum(v) AS exact, max(id) AS last FROM ev GROUP BY k"
	write(t, dir, "x.sql", source+"CREATE OR REPLACE MATERIALIZED VIEW v WITH (backfill = 'earliest') AS "+next+";")
	p = follow(t, dir, "--commit-interval", "20ms")
	p.url()
	time.Sleep(time.Duration(rng.IntN(300)) * time.Millisecond)
	p.kill()
	p = follow(t, dir, "--commit-interval", "20ms")
	p.eventually("it takes events", p.takes)
	stop, sent := make(chan struct{}), make(chan []byte)
	go func() { sent <- sendUntil(t, p.url(), e, stop) }()
	seen := 30_000
	p.eventually("the successor has taken the view's place", func() bool {
		sum, err := strconv.Atoi(p.table("SELECT sum(c) FROM v"))
		if err != nil || sum < seen {
			t.Fatalf("the view has %d events, after it had %d (%v)", sum, seen, err)
		}
		seen = sum
		return p.table("SELECT count(*) FROM duckdb_columns() WHERE table_name = 'v'") == "4"
	})
	close(stop)
	all = append(all, <-sent...)
	p.eventually("it takes events again", func() bool { return len(p.status().Sources) == 1 })
	send(100)
	total := strconv.Itoa(bytes.Count(all, []byte("\n")))
	p.eventually("the view is kept current", func() bool { return p.table("SELECT sum(c) FROM v") == total })
	if code := p.terminate(); code != 0 {
		t.Fatal(p.stderr.String())
	}
	finish(t, dir)
	out, _ := run(t, dir, 0, "verify", "--db", "x.duckdb", "--ended")
	if strings.Count(out, ": equal:") != 2 {
		t.Errorf("weir verify says\n%s", out)
	}
	j := judgeLines(t, filepath.Join(dir, "x.duckdb"), all)
	j.equal([]view{{"v", "", next}, {"w", "", "SELECT id FROM ev"}})
	if left := j.rows("SELECT query, source FROM r.weir.positions WHERE query LIKE '%backfill%' OR source LIKE '%backfill%'"); len(left) > 0 {
		t.Errorf("left of the successor: %q", left)
	}
}

// With --once the successor has read all at the end. One that begins later has what came later; a view that others need is not replaced.
func TestBackfillOnce(t *testing.T) {
	rng, dir := newRand(t), t.TempDir()
	source := sourceOf("connector = 'file', path = 'ev-*.ndjson', format = 'json'")
	write(t, dir, "ev-1.ndjson", string(newEvents(rng, 0).lines(nil, 500)))
	write(t, dir, "x.sql", source+"CREATE MATERIALIZED VIEW v AS SELECT count(*) AS n FROM ev;")
	run(t, dir, 0, "run", "--once", "--db", "x.duckdb", "x.sql")
	write(t, dir, "ev-2.ndjson", string(newEvents(rng, 1).lines(nil, 300)))
	write(t, dir, "x.sql", source+"CREATE OR REPLACE MATERIALIZED VIEW v WITH (backfill = 'earliest') AS SELECT count(*) AS n, max(id) AS last FROM ev;")
	run(t, dir, 0, "run", "--once", "--db", "x.duckdb", "x.sql")
	_, said := run(t, dir, 0, "run", "--once", "--db", "x.duckdb", "x.sql")
	if n := counter(t, said, `source ev: (\d+) records`); n != 0 {
		t.Errorf("a run after it reads %d records", n)
	}
	out, _ := run(t, dir, 0, "verify", "--db", "x.duckdb", "--ended")
	if !strings.Contains(out, "view v: equal: 1 row over 800 events") {
		t.Errorf("weir verify says\n%s", out)
	}
	for text, want := range map[string]string{
		"CREATE MATERIALIZED VIEW w AS FROM v; CREATE OR REPLACE MATERIALIZED VIEW v WITH (backfill = 'earliest') AS SELECT 2 AS n FROM ev;": "view v is used by view w, and cannot be replaced with backfill",
		"CREATE OR REPLACE MATERIALIZED VIEW v WITH (backfill = 'soon') AS SELECT 2 AS n FROM ev;":                                           "allowed are 'earliest', 'latest' and a time such as",
		"CREATE OR REPLACE MATERIALIZED VIEW v WITH (backfill = 'latest') AS SELECT 2 AS n FROM ev;":                                         "connector file cannot start at a time (the end)",
	} {
		write(t, dir, "bad.sql", source+text)
		if _, said := run(t, dir, 1, "run", "--once", "--db", "x.duckdb", "bad.sql"); !strings.Contains(said, want) {
			t.Errorf("%s\nsays %s", text, said)
		}
	}
	write(t, dir, "old.sql", strings.Replace(source+"CREATE OR REPLACE MATERIALIZED VIEW v WITH (backfill = 'earliest') AS SELECT count(*) AS n, max(id) AS last FROM ev;", "OR REPLACE ", "", 1))
	run(t, dir, 0, "run", "--once", "--db", "x.duckdb", "old.sql") // what stands again gives the one that cannot begin up
	out, _ = run(t, dir, 0, "verify", "--db", "x.duckdb", "--ended")
	if !strings.Contains(out, "view v: equal: 1 row over 800 events") {
		t.Errorf("after a successor that was given up, weir verify says\n%s", out)
	}
}

// A successor that fails says so, and its view goes on.
func TestBackfillFails(t *testing.T) {
	rng, dir := newRand(t), t.TempDir()
	source := sourceOf("connector = 'http', format = 'json'")
	write(t, dir, "x.sql", source+"CREATE MATERIALIZED VIEW v AS SELECT count(*) AS n FROM ev;")
	e := newEvents(rng, 0)
	p := follow(t, dir)
	p.eventually("it takes events", p.takes)
	p.send(e.lines(nil, 50))
	p.read(50)
	if code := p.terminate(); code != 0 {
		t.Fatal(p.stderr.String())
	}
	write(t, dir, "x.sql", source+"CREATE OR REPLACE MATERIALIZED VIEW v WITH (backfill = 'earliest') AS SELECT CAST(k AS INTEGER) AS n FROM ev;")
	p = follow(t, dir)
	p.eventually("the successor has failed", func() bool {
		return strings.Contains(p.stderr.String(), "view has stopped, the others go on") && strings.Contains(p.stderr.String(), "v (backfill)")
	})
	p.send(e.lines(nil, 50))
	p.eventually("the view goes on", func() bool { return p.table("SELECT n FROM v") == "100" })
	if code := p.terminate(); code != 0 {
		t.Fatal(p.stderr.String())
	}
}

// From Kafka a successor can begin at a time: the brokers know where it stands in each partition.
func TestBackfillKafka(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(3, "ev"))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	rng, dir, addr := newRand(t), t.TempDir(), cluster.ListenAddrs()[0]
	client, err := kgo.NewClient(kgo.SeedBrokers(addr), kgo.DefaultProduceTopic("ev"), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	e, at := newEvents(rng, 0), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	produce := func(n int) { // a record a minute
		t.Helper()
		for range n {
			r := &kgo.Record{Partition: rng.Int32N(3), Timestamp: at, Value: e.next(nil)}
			if err := client.ProduceSync(t.Context(), r).FirstErr(); err != nil {
				t.Fatal(err)
			}
			at = at.Add(time.Minute)
		}
	}
	produce(120)
	source := sourceOf("connector = 'kafka', brokers = '" + addr + "', topic = 'ev', format = 'json'")
	write(t, dir, "x.sql", source+"CREATE MATERIALIZED VIEW v AS SELECT id FROM ev;")
	p := follow(t, dir)
	p.read(120)
	if code := p.terminate(); code != 0 {
		t.Fatal(p.stderr.String())
	}
	write(t, dir, "x.sql", source+"CREATE OR REPLACE MATERIALIZED VIEW v WITH (backfill = '2026-01-01 01:00') AS SELECT id, k FROM ev;")
	p = follow(t, dir)
	p.eventually("the successor has taken the view's place", func() bool {
		return p.table("SELECT count(*) FROM duckdb_columns() WHERE table_name = 'v'") == "2"
	})
	produce(30)
	p.eventually("it is kept current", func() bool { return p.table("SELECT count(*) FROM v") == "90" })
	if code := p.terminate(); code != 0 {
		t.Fatal(p.stderr.String())
	}
	if out, _ := run(t, dir, 0, "verify", "--db", "x.duckdb"); !strings.Contains(out, "view v: equal: 90 rows over 90 events") {
		t.Errorf("weir verify says\n%s", out)
	}
}
