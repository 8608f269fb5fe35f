package tracing

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/engine"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
)

// traceparent is that of the i-th trace, its first span.
func traceparent(i int, flags string) string { return fmt.Sprintf("00-%032x-%016x-%s", i, i, flags) }

// cluster is a broker with topics of one partition.
func cluster(t *testing.T, topics ...string) string {
	t.Helper()
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, topics...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c.ListenAddrs()[0]
}

func produce(t *testing.T, addr, topic string, records ...*kgo.Record) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(addr), kgo.DefaultProduceTopic(topic))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.ProduceSync(t.Context(), records...).FirstErr(); err != nil {
		t.Fatal(err)
	}
}

// bidOf is a bid whose message has the given traceparent, and a tracestate if it has one.
func bidOf(auction int, parent, state string) *kgo.Record {
	r := kgo.StringRecord(fmt.Sprintf(`{"auction":%d,"ts":"2026-03-01T10:00:01Z"}`, auction))
	if parent != "" {
		r.Headers = append(r.Headers, kgo.RecordHeader{Key: engine.TraceparentHeader, Value: []byte(parent)})
	}
	if state != "" {
		r.Headers = append(r.Headers, kgo.RecordHeader{Key: engine.TracestateHeader, Value: []byte(state)})
	}
	return r
}

// message is what a sink has written: its value, and its headers but for the epoch's.
type message struct{ value, parent, state string }

func consume(t *testing.T, addr, topic string, n int) (out []message) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(addr), kgo.ConsumeTopics(topic), kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for len(out) < n && ctx.Err() == nil {
		client.PollFetches(ctx).EachRecord(func(r *kgo.Record) {
			m := message{value: string(r.Value)}
			for _, h := range r.Headers {
				switch h.Key {
				case engine.TraceparentHeader:
					m.parent = string(h.Value)
				case engine.TracestateHeader:
					m.state = string(h.Value)
				}
			}
			out = append(out, m)
		})
	}
	if len(out) != n {
		t.Fatalf("topic %s has %d messages, want %d", topic, len(out), n)
	}
	return out
}

// contextOf is how messages say that they were sent within a span.
func contextOf(s received) string { return "00-" + s.trace + "-" + s.id + "-01" }

func linked(s received) (out []string) {
	for _, l := range s.Links {
		out = append(out, "00-"+hex.EncodeToString(l.TraceId)+"-"+hex.EncodeToString(l.SpanId)+"-01")
	}
	slices.Sort(out)
	return out
}

const bids = `CREATE SOURCE bid (auction BIGINT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '4 seconds')
WITH (connector = 'kafka', brokers = '%[1]s', topic = 'bid', format = 'json');
CREATE MATERIALIZED VIEW odd AS SELECT auction, hour(ts) AS hour FROM bid WHERE auction %% 2 = 1;
CREATE MATERIALIZED VIEW total AS SELECT count(*) AS n FROM bid;
CREATE SINK odd_topic WITH (connector = 'kafka', brokers = '%[1]s', topic = 'odd') AS FROM odd;
CREATE SINK odd_changes WITH (connector = 'kafka', brokers = '%[1]s', topic = 'changes', envelope = 'debezium', key = 'auction') AS FROM odd;
CREATE SINK total_topic WITH (connector = 'kafka', brokers = '%[1]s', topic = 'total', key = 'n') AS FROM total;`

// A message's traceparent comes out at the sink of a view whose rows come from one event each, whichever the envelope; one that has none
// gets the delivery's. The view's table knows nothing of it. An aggregate's messages have the delivery's, which links to what it is of.
func TestTraceparentThroughKafka(t *testing.T) {
	addr := cluster(t, "bid", "odd", "changes", "total")
	first, unkept := traceparent(1, "01"), traceparent(5, "00")
	produce(t, addr, "bid", bidOf(1, first, "vendor=a, other=b"), bidOf(2, traceparent(2, "01"), ""), bidOf(3, "", ""), bidOf(5, unkept, ""), bidOf(7, "nonsense", ""),
		bidOf(1, traceparent(9, "01"), ""))
	r := newReceiver(t)
	traces := r.started(t)
	runOnce(t, traces, t.TempDir(), fmt.Sprintf(bids, addr))
	traces.Close()
	own := contextOf(r.last("deliver odd_topic"))
	want := []message{
		{`{"auction":1,"hour":10}`, first, "vendor=a, other=b"}, {`{"auction":3,"hour":10}`, own, ""}, {`{"auction":5,"hour":10}`, unkept, ""},
		{`{"auction":7,"hour":10}`, own, ""}, {`{"auction":1,"hour":10}`, traceparent(9, "01"), ""},
	}
	if diff := cmp.Diff(want, consume(t, addr, "odd", len(want)), cmp.AllowUnexported(message{})); diff != "" {
		t.Errorf("rows: %s", diff)
	}
	checkChanges(t, r, consume(t, addr, "changes", len(want)))
	total := r.last("deliver total_topic")
	for _, m := range consume(t, addr, "total", 1) {
		if m.parent != contextOf(total) {
			t.Errorf("the aggregate's message has %s, want that of its delivery, %s", m.parent, contextOf(total))
		}
	}
	if diff := cmp.Diff([]string{first, traceparent(2, "01"), traceparent(9, "01")}, linked(total)); diff != "" {
		t.Errorf("links of the aggregate's delivery: %s", diff)
	}
	if diff := cmp.Diff(linked(total), linked(r.named("epoch")[0])); diff != "" {
		t.Errorf("links of the epoch: %s", diff)
	}
	if total.Kind != otlp.Span_SPAN_KIND_PRODUCER || total.parent != r.named("epoch")[0].id {
		t.Errorf("the delivery is a %s below %s, want a producer below the epoch", total.Kind, total.parent)
	}
}

// checkChanges: in Debezium's envelope, equal rows keep their events' contexts too.
func checkChanges(t *testing.T, r *receiver, got []message) {
	t.Helper()
	own := contextOf(r.last("deliver odd_changes"))
	want := map[string]int{"1 " + traceparent(1, "01"): 1, "1 " + traceparent(9, "01"): 1, "3 " + own: 1, "5 " + traceparent(5, "00"): 1, "7 " + own: 1}
	seen := map[string]int{}
	for _, m := range got {
		_, after, _ := strings.Cut(m.value, `"after":{"auction":`)
		seen[after[:1]+" "+m.parent]++
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("changes: %s", diff)
	}
}

// A span links to so many traces at most, however many an epoch is made of.
func TestLinksAreBounded(t *testing.T) {
	addr := cluster(t, "bid", "odd", "changes", "total")
	var records []*kgo.Record
	for i := 1; i <= 100; i++ {
		records = append(records, bidOf(i, traceparent(i, "01"), ""), bidOf(i, traceparent(i, "01"), ""))
	}
	produce(t, addr, "bid", records...)
	r := newReceiver(t)
	traces := r.started(t)
	runOnce(t, traces, t.TempDir(), fmt.Sprintf(bids, addr))
	traces.Close()
	links := linked(r.last("deliver total_topic"))
	if len(links) != engine.MostLinks || len(slices.Compact(links)) != engine.MostLinks {
		t.Errorf("%d links, %d of them different; want %d", len(links), len(slices.Compact(links)), engine.MostLinks)
	}
}

// Without tracing, messages have the headers that they had before.
func TestNoHeadersWithoutTracing(t *testing.T) {
	addr := cluster(t, "bid", "odd", "changes", "total")
	produce(t, addr, "bid", bidOf(1, traceparent(1, "01"), ""))
	runOnce(t, nil, t.TempDir(), fmt.Sprintf(bids, addr))
	for _, topic := range []string{"odd", "total"} {
		if m := consume(t, addr, topic, 1)[0]; m.parent != "" {
			t.Errorf("topic %s: traceparent %s", topic, m.parent)
		}
	}
}
