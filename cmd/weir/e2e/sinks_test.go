package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/connectors/kafka/broker/brokertest"
	"github.com/weirdb/weir/engine/types"
)

// delivered checks that a file of JSON lines, as a sink writes them, adds up to a view's table: a row that was taken back
// cancels one that was added.
func (j *judge) delivered(v view, path string) {
	j.t.Helper()
	shape := j.rows("SELECT string_agg(column_name || ': ''' || column_type || '''', ', ') FROM (DESCRIBE r.main." + v.name + ")")[0]
	j.exec(fmt.Sprintf(`CREATE OR REPLACE TABLE sent AS SELECT * EXCLUDE (weir_weight), sum(coalesce(weir_weight, 1))::BIGINT AS copies
		FROM read_json(%s, columns = {%s, weir_weight: 'INTEGER'}, format = 'newline_delimited') GROUP BY ALL HAVING copies <> 0`,
		types.QuoteString(path), shape))
	table := "(SELECT *, count(*) AS copies FROM r.main." + v.name + " GROUP BY ALL)"
	wrong := j.rows("SELECT 'too many', * FROM (FROM sent EXCEPT " + table + ") LIMIT 5")
	wrong = append(wrong, j.rows("SELECT 'missing', * FROM ("+table+" EXCEPT FROM sent) LIMIT 5")...)
	if len(wrong) > 0 {
		j.t.Errorf("what the sink of %s has got is not its table, such as:\n%s", v.name, strings.Join(wrong, "\n"))
	}
}

func fileSinks() string {
	var b strings.Builder
	for _, v := range views {
		fmt.Fprintf(&b, "CREATE SINK to_%s WITH (connector = 'file', path = '%s.ndjson', format = 'json') AS FROM %s;\n", v.name, v.name, v.name)
	}
	return b.String()
}

// A file sink has every change once, whenever the process is killed.
func TestFileSinkAcrossKills(t *testing.T) {
	rng, dir := newRand(t), t.TempDir()
	write(t, dir, "x.sql", followed+statements(views)+fileSinks())
	e := newEvents(rng, 0)
	var all []byte
	for range 10 {
		some := e.lines(nil, 20_000)
		all = append(all, some...)
		appendTo(t, dir, some)
		p := follow(t, dir, "--commit-interval", "5ms")
		time.Sleep(time.Duration(50+rng.IntN(350)) * time.Millisecond)
		p.kill()
	}
	_, said := run(t, dir, 0, "run", "--db", "x.duckdb", "--once", "x.sql")
	if strings.Contains(said, "level=ERROR") {
		t.Errorf("a sink failed: %s", said)
	}
	j := judgeLines(t, filepath.Join(dir, "x.duckdb"), all)
	j.equal(views)
	for _, v := range views {
		j.delivered(v, filepath.Join(dir, v.name+".ndjson"))
	}
	if n := j.number("SELECT count(*) FROM r.weir.outbox"); n != 0 {
		t.Errorf("%d deliveries are left in the outbox", n)
	}
}

// The stdout sink prints the changes and nothing else: what weir says itself goes to stderr.
func TestStdoutSink(t *testing.T) {
	rng, dir := newRand(t), t.TempDir()
	lines := newEvents(rng, 0).lines(nil, 5000)
	write(t, dir, "ev.ndjson", string(lines))
	for _, v := range views {
		write(t, dir, "x.sql", followed+v.statement()+"CREATE SINK show WITH (connector = 'stdout') AS FROM "+v.name+";\n")
		printed, _ := run(t, dir, 0, "run", "--db", v.name+".duckdb", "--once", "x.sql")
		write(t, dir, "printed.json", printed)
		j := judgeLines(t, filepath.Join(dir, v.name+".duckdb"), lines)
		j.equal([]view{v})
		j.delivered(v, filepath.Join(dir, "printed.json"))
	}
}

// A consumer that reads what is committed gets every change from the Kafka sink once, whenever the process is killed.
func TestKafkaSinkAcrossKills(t *testing.T) {
	b := brokertest.Start(t)
	rng, dir := newRand(t), t.TempDir()
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Addr))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	text := followed + statements(views)
	for _, v := range views {
		if _, err := admin.CreateTopic(context.Background(), 2, 1, nil, v.name); err != nil {
			t.Fatal(err)
		}
		text += fmt.Sprintf("CREATE SINK to_%s WITH (connector = 'kafka', brokers = '%s', topic = '%s', format = 'json') AS FROM %s;\n", v.name, b.Addr, v.name, v.name)
	}
	write(t, dir, "x.sql", text)
	e := newEvents(rng, 0)
	var all []byte
	for range 8 {
		some := e.lines(nil, 5_000)
		all = append(all, some...)
		appendTo(t, dir, some)
		p := follow(t, dir, "--commit-interval", "20ms")
		time.Sleep(time.Duration(100+rng.IntN(900)) * time.Millisecond)
		p.kill()
	}
	run(t, dir, 0, "run", "--db", "x.duckdb", "--once", "x.sql")
	j := judgeLines(t, filepath.Join(dir, "x.duckdb"), all)
	j.equal(views)
	for _, v := range views {
		j.delivered(v, consume(t, admin, b.Addr, v.name))
	}
}

// A topic gets each dead letter, and each late row, once.
func TestKafkaSinkOfDeadLetters(t *testing.T) {
	b := brokertest.Start(t)
	dir := small(t)
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Addr))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	text := followed + statements(views)
	for topic, from := range map[string]string{"broken": "weir.dead_letters WHERE source = 'ev'", "late": "weir.late_rows"} {
		if _, err := admin.CreateTopic(context.Background(), 2, 1, nil, topic); err != nil {
			t.Fatal(err)
		}
		text += fmt.Sprintf("CREATE SINK to_%s WITH (connector = 'kafka', brokers = '%s', topic = '%s', format = 'json') AS FROM %s;\n", topic, b.Addr, topic, from)
	}
	write(t, dir, "x.sql", text)
	for _, line := range []string{"no event\n", "{\"id\":1e99}\n", "{\"id\":4,\"k\":\"c\",\"ts\":\"2026-01-01T00:00:01\"}\n"} {
		appendTo(t, dir, []byte(line))
		run(t, dir, 0, "run", "--db", "x.duckdb", "--once", "x.sql")
	}
	j := newJudge(t, filepath.Join(dir, "x.duckdb"))
	j.same("SELECT value, text FROM read_json('"+consume(t, admin, b.Addr, "broken")+"') ORDER BY value", "no event\tno event", `{\x22id\x22:1e99}`+"\t"+`{"id":1e99}`)
	j.same("SELECT view, row->>'k' FROM read_json('"+consume(t, admin, b.Addr, "late")+"')", "per_window\tc")
}

// consume reads what is committed in a topic, to its end, into a file.
func consume(t *testing.T, admin *kadm.Client, addr, topic string) (path string) {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	ends, err := admin.ListEndOffsets(ctx, topic)
	if err != nil {
		t.Fatal(err)
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(addr), kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords()) // a transaction's last record is one
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	var text []byte
	next := map[int32]int64{}
	for !ended(ends, next) {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			t.Fatalf("%s: read up to %v: %v", topic, next, err)
		}
		for _, r := range fetches.Records() {
			next[r.Partition] = r.Offset + 1
			if !r.Attrs.IsControl() {
				text = append(append(text, r.Value...), '\n')
			}
		}
	}
	path = filepath.Join(t.TempDir(), topic+".ndjson")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func ended(ends kadm.ListedOffsets, next map[int32]int64) bool {
	all := true
	ends.Each(func(o kadm.ListedOffset) { all = all && next[o.Partition] >= o.Offset })
	return all
}

// Sinks whose system is not there hold up nothing: the view goes on from the start, and SIGTERM ends it at once.
func TestSinksThatAreNotThere(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "ev.ndjson", string(newEvents(newRand(t), 0).lines(nil, 2000)))
	text := followed + statements(views)
	for _, v := range views {
		text += fmt.Sprintf("CREATE SINK to_%s WITH (connector = 'kafka', brokers = '%s', topic = 'x', format = 'json') AS FROM %s;\n", v.name, freeAddress(t), v.name)
	}
	write(t, dir, "x.sql", text)
	p := follow(t, dir, "--commit-interval", "20ms")
	p.read(2000)
	if said := p.stderr.String(); strings.Contains(said, "did not open") {
		t.Errorf("nothing is read until a sink has been given up: %s", said)
	}
	if code := p.terminate(); code != 0 {
		t.Errorf("exit code %d: %s", code, p.stderr.String())
	}
}
