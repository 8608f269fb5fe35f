package e2e

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/connectors/kafka/broker/brokertest"
	"github.com/weirdb/weir/engine/types"
)

// oddOver are a view that scores what comes over Kafka, in which one row of a hundred is far out, and an alert on its anomalies, whose options
// for where it tells them stand behind the others.
func oddOver(addr, to string) string {
	return sourceOf(fmt.Sprintf("connector = 'kafka', brokers = '%s', topic = 'ev', format = 'json'", addr)) + fmt.Sprintf(`CREATE MATERIALIZED VIEW scored AS
SELECT id, k, ts, v, anomaly(CASE WHEN n = 7 THEN v * 20 ELSE v END) OVER (PARTITION BY k ORDER BY ts) AS a FROM ev;
CREATE ALERT odd WITH (resolve_after = '3 seconds', summary = '{{.k}}: {{.reason}}', instance = 'k'%s) AS
SELECT k, ts, a.reason AS reason FROM scored WHERE a.is_anomaly;
`, to)
}

// TestAnomaliesAcrossKills: detectors over a Kafka topic go on from their saved state whenever the process is killed, also between a receiver's
// taking a notification and Weir's hearing of that. In the end each score is that of a run that nobody killed, and each alert's transition was
// told under one idempotency key.
func TestAnomaliesAcrossKills(t *testing.T) {
	b := brokertest.Start(t)
	rng, dir, to := newRand(t), t.TempDir(), newNotified(t)
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Addr), kgo.DefaultProduceTopic("ev"), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerLinger(0))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := kadm.NewClient(client).CreateTopic(context.Background(), 4, 1, nil, "ev"); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "x.sql", oddOver(b.Addr, ", to = 'webhook', url = '"+to.URL+"/hook', group_by = 'k'"))
	var lines []byte
	var partitions []*events
	for p := range 4 {
		partitions = append(partitions, newEvents(rng, p))
	}
	for i := range 8 {
		lines = append(lines, send(t, client, partitions, 1500)...)
		p := follow(t, dir, "--commit-interval", "20ms", "--workers", strconv.Itoa(1+i%3))
		to.catchNext(i > 0 && i%2 == 0)
		if i > 0 && i%2 == 0 { // killed between the receiver's taking it and Weir's hearing of that
			p.eventually("a notification is taken", func() bool { return len(to.caught) > 0 })
			<-to.caught
		} else {
			p.url()
			time.Sleep(time.Duration(rng.IntN(700)) * time.Millisecond)
		}
		p.kill()
	}
	to.mu.Lock()
	to.refuses, to.catch = false, false
	to.mu.Unlock()
	finish(t, dir)
	said, _ := run(t, dir, 0, "verify", "--db", "x.duckdb", "x.sql")
	says(t, "verify", said, "view scored: equal: ")
	j := judgeLines(t, filepath.Join(dir, "x.duckdb"), lines)
	j.noLateRows()
	j.undisturbed(t, oddOver(b.Addr, ", emit = 'close'"))
	j.told(to, "odd")
}

// send writes so many events into each partition, and returns them as lines.
func send(t *testing.T, client *kgo.Client, partitions []*events, n int) (lines []byte) {
	t.Helper()
	var records []*kgo.Record
	for p, e := range partitions {
		for range n {
			line := e.next(nil)
			records = append(records, &kgo.Record{Partition: int32(p), Value: line})
			lines = append(append(lines, line...), '\n')
		}
	}
	if err := client.ProduceSync(context.Background(), records...).FirstErr(); err != nil {
		t.Fatal(err)
	}
	return lines
}

// undisturbed compares the scores and the alert's transitions with those of one run over the same topic.
func (j *judge) undisturbed(t *testing.T, statements string) {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, "x.sql", statements)
	run(t, dir, 0, "run", "--db", "x.duckdb", "--once", "x.sql")
	j.exec("ATTACH " + types.QuoteString(filepath.Join(dir, "x.duckdb")) + " AS once (READ_ONLY)")
	for what, rows := range map[string]string{
		"scores":      "SELECT id, k, ts, v, a FROM %s.main.scored",
		"transitions": `SELECT instance, state, "at", since, summary, id FROM %s.main.odd`,
	} {
		got, want := fmt.Sprintf(rows, "r"), fmt.Sprintf(rows, "once")
		wrong := j.rows("SELECT 'too many', * FROM (" + got + " EXCEPT ALL " + want + ") LIMIT 5")
		wrong = append(wrong, j.rows("SELECT 'missing', * FROM ("+want+" EXCEPT ALL "+got+") LIMIT 5")...)
		if len(wrong) > 0 {
			t.Errorf("%s are not those of a run that nobody killed, such as %q", what, wrong)
		}
	}
	scored, found := j.number("SELECT count(*) FROM r.main.scored"), j.number("SELECT count(*) FROM r.main.scored WHERE a.is_anomaly")
	t.Logf("%d rows are scored, %d are anomalies", scored, found)
	if scored != j.number("SELECT count(*) FROM ev") || found < 20 {
		t.Errorf("%d of %d events are scored, %d are anomalies", scored, j.number("SELECT count(*) FROM ev"), found)
	}
}

// told wants a receiver to have heard of each transition of an alert under one idempotency key, and of nothing else.
func (j *judge) told(to *notified, alert string) {
	j.t.Helper()
	want := j.rows("SELECT '/hook ' || id || '-' || state FROM r.main." + alert + " WHERE state IN ('firing', 'resolved')")
	to.Close()
	if len(want) < 20 || to.again == 0 {
		j.t.Errorf("%d transitions, %d requests came again: the test tests nothing", len(want), to.again)
	}
	for _, key := range want {
		if to.keys[key] != 1 {
			j.t.Errorf("%s was heard of under %d keys", key, to.keys[key])
		}
	}
	if len(to.keys) != len(want) {
		j.t.Errorf("heard of %d transitions, want %d", len(to.keys), len(want))
	}
	j.t.Logf("%d transitions in %d requests, %d of them again", len(want), to.calls, to.again)
}
