package verify

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/cmd/weir/node"
	"github.com/weirdb/weir/connectors/kafka/broker/brokertest"
	"github.com/weirdb/weir/engine"
)

// Of each partition of the replay there is an event a second, and the second partition is a week ahead.
const (
	replayed = 150_000
	weekMore = 7 * 24 * 3600
)

// TestReplayOfPartitionsAWeekApart: what is read of the partition ahead while the other has more is bounded, so that few windows are
// open at any commit; no row is late, and the answer is DuckDB's. Without alignment all windows of the partition ahead are open.
func TestReplayOfPartitionsAWeekApart(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a real Kafka: leave out -short to run it")
	}
	b := brokertest.Start(t)
	fillReplay(t, b.Addr)
	for _, c := range []struct {
		ahead       string
		least, most int
	}{{"10 minutes", 1, replayed / 10 / 3}, {"none", replayed / 10 / 2, replayed}} {
		p := &pipeline{t: t, dir: t.TempDir(), text: fmt.Sprintf(`
			CREATE SOURCE e (v INTEGER, ts TIMESTAMP, pad VARCHAR, WATERMARK FOR ts AS ts - INTERVAL '5 seconds')
			WITH (connector = 'kafka', brokers = '%s', topic = 'replay', max_ahead = '%s');
			CREATE MATERIALIZED VIEW ten AS SELECT window_start, count(*) AS n, sum(v) AS v FROM tumble(e, ts, INTERVAL '10 seconds') GROUP BY ALL;`, b.Addr, c.ahead)}
		if open := p.mostOpen(); open < c.least || open > c.most {
			t.Errorf("max_ahead %s: %d windows were open at once, want %d to %d of %d", c.ahead, open, c.least, c.most, 2*replayed/10)
		}
		if x := p.equal(Options{Ended: true})["ten"]; x.Late != 0 || x.Rows != 2*replayed/10 || x.Events != 2*replayed {
			t.Errorf("max_ahead %s: %+v", c.ahead, x)
		}
	}
}

// fillReplay writes the topic, in batches of some 100 KB. The records of the partition behind are the longer ones, so that reading it
// takes longer and it does not end before the one ahead.
func fillReplay(t *testing.T, addr string) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(addr), kgo.DefaultProduceTopic("replay"), kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ProducerBatchCompression(kgo.NoCompression()), kgo.ProducerBatchMaxBytes(100_000), kgo.ProducerLinger(10*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := kadm.NewClient(client).CreateTopic(t.Context(), 2, 1, nil, "replay"); err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range replayed {
		for part := range int32(2) {
			at := start.Add(time.Duration(i+int(part)*weekMore) * time.Second)
			value := fmt.Appendf(nil, `{"v": %d, "ts": "%s", "pad": "%0*d"}`, i%100, at.Format("2006-01-02T15:04:05"), 200-150*part, i)
			client.Produce(context.Background(), &kgo.Record{Partition: part, Value: value}, func(_ *kgo.Record, err error) {
				if err != nil {
					t.Errorf("produce: %v", err)
				}
			})
		}
	}
	if err := client.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// mostOpen runs the pipeline, and returns how many windows were open at most when a commit began: those of events that had been read
// whose end the view's watermark had not passed.
func (p *pipeline) mostOpen() (most int) {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.t.Context(), 2*time.Minute)
	defer stop()
	var n *node.Node
	n, err := node.Open(ctx, node.Options{DB: p.db(), Workers: 2, Threads: 1, EpochRows: 20_000, CommitInterval: time.Minute, Bounded: true, BeforeCommit: func(int64) error {
		most = max(most, openWindows(n.Status()))
		return nil
	}})
	if err != nil {
		p.t.Fatal(err)
	}
	defer n.Close()
	if _, err := n.Apply(ctx, p.text); err != nil {
		p.t.Fatal(err)
	}
	if err := n.Run(ctx); err != nil || ctx.Err() != nil {
		p.t.Fatalf("%v %v", err, ctx.Err())
	}
	return most
}

func openWindows(s engine.Status) int {
	open := 0
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	watermark := s.Queries[0].Watermark
	for i, part := range s.Sources[0].Partitions {
		first, last := start+int64(i*weekMore), start+int64(i*weekMore)+part.Next
		if watermark != engine.MinTime {
			first = max(first, int64(watermark)/1e6)
		}
		open += int(max(0, last-first)) / 10
	}
	return open
}
