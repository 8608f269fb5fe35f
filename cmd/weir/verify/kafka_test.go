package verify

import (
	"database/sql"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

// TestMessages: keys, timestamps and headers of Kafka's messages are columns, its timestamps can be event time, and verify reads all
// of them again. A key that is not UTF-8 is a dead letter where it is read as text.
func TestMessages(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(2, "m"))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	client, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.DefaultProduceTopic("m"), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for i := range 40 {
		r := &kgo.Record{
			Partition: int32(i % 2), Key: fmt.Appendf(nil, "k%d", i%3), Value: fmt.Appendf(nil, `{"v": %d}`, i),
			Timestamp: time.Date(2026, 1, 1, 0, 0, i, 0, time.UTC), Headers: []kgo.RecordHeader{{Key: "from", Value: fmt.Appendf(nil, "host %d", i%2)}},
		}
		if i == 7 {
			r.Key = []byte{0xff, 'x'}
		}
		if err := client.ProduceSync(t.Context(), r).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	p := &pipeline{t: t, dir: t.TempDir(), text: fmt.Sprintf(`
		CREATE SOURCE m (_key VARCHAR, v INTEGER, _timestamp TIMESTAMP, _headers MAP(VARCHAR, VARCHAR), _partition INTEGER, _offset BIGINT,
			WATERMARK FOR _timestamp AS _timestamp - INTERVAL '1 second')
		WITH (connector = 'kafka', brokers = '%s', topic = 'm');
		CREATE MATERIALIZED VIEW ten AS SELECT window_start, _key, _headers['from'] AS host, _partition, max(_offset) AS last, sum(v) AS v
		FROM tumble(m, _timestamp, INTERVAL '10 seconds') GROUP BY ALL;`, cluster.ListenAddrs()[0])}
	p.run(0)
	got := p.texts("SELECT window_start::TIME || ' ' || _key || ' ' || host || ' ' || _partition || ' ' || last || ' ' || v FROM ten ORDER BY ALL LIMIT 4")
	want := []string{"00:00:00 k0 host 0 0 3 6", "00:00:00 k0 host 1 1 4 12", "00:00:00 k1 host 0 0 2 4", "00:00:00 k1 host 1 1 0 1"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := p.texts(`SELECT "partition" || ' ' || "offset" || ' ' || decode(value) || ' ' || reason FROM weir.weir.dead_letters`); len(got) != 1 ||
		got[0] != `1 3 {"v": 7} column _key: the bytes are not UTF-8: declare it BLOB` {
		t.Errorf("dead letters %q", got)
	}
	if x := p.equal(Options{Ended: true})["ten"]; x.Events != 39 || x.DeadLetters != 1 {
		t.Errorf("%+v", x)
	}
}

// texts asks the result database.
func (p *pipeline) texts(query string) (out []string) {
	p.t.Helper()
	db, err := sql.Open("duckdb", p.db())
	if err != nil {
		p.t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(query)
	if err != nil {
		p.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			p.t.Fatal(err)
		}
		out = append(out, text)
	}
	if err := rows.Err(); err != nil {
		p.t.Fatal(err)
	}
	return out
}
