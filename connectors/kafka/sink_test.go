package kafka

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

var hotColumns = []types.Field{{Name: "auction", Type: types.Of(types.BigInt)}, {Name: "bids", Type: types.Of(types.BigInt)}}

// row is one change to the view that the sink tests write.
type row struct{ auction, bids, weight int64 }

// changes makes a batch; append-only leaves out the weights.
func changes(t *testing.T, appendOnly bool, rows ...row) engine.Batch {
	t.Helper()
	b := array.NewRecordBuilder(memory.DefaultAllocator, types.Schema(hotColumns))
	defer b.Release()
	var weights []int8
	for _, r := range rows {
		b.Field(0).(*array.Int64Builder).Append(r.auction)
		b.Field(1).(*array.Int64Builder).Append(r.bids)
		weights = append(weights, int8(r.weight))
	}
	if appendOnly {
		weights = nil
	}
	out := engine.Batch{Rows: b.NewRecordBatch(), Weights: weights}
	t.Cleanup(out.Release)
	return out
}

func openSink(t *testing.T, given ...string) engine.Sink {
	t.Helper()
	s, err := Connector.Sink(engine.SinkConfig{Name: "out", Format: "json", View: "hot", Columns: hotColumns,
		Options: options(t, Connector.SinkOptions, given...)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// topicContent returns the messages as key=value@epoch.
func topicContent(t *testing.T, addr, topic string, n int) []string {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(addr), kgo.ConsumeTopics(topic), kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var out []string
	for len(out) < n && ctx.Err() == nil {
		client.PollFetches(ctx).EachRecord(func(r *kgo.Record) {
			value := string(r.Value)
			if r.Value == nil {
				value = "tombstone"
			}
			out = append(out, fmt.Sprintf("%s=%s@%s", r.Key, value, r.Headers[0].Value))
			if r.Headers[0].Key != "weir-epoch" {
				t.Errorf("header %s, want weir-epoch", r.Headers[0].Key)
			}
		})
	}
	return out
}

func TestSinkMessages(t *testing.T) {
	for _, c := range []struct {
		name, key  string
		appendOnly bool
		rows       []row
		want       []string
	}{
		{"appended rows", "", true, []row{{1, 5, 1}, {1, 5, 1}},
			[]string{`={"auction":1,"bids":5}@7`, `={"auction":1,"bids":5}@7`}},
		{"appended rows with key", "auction", true, []row{{1, 5, 1}, {2, 6, 1}},
			[]string{`{"auction":1}={"auction":1,"bids":5}@7`, `{"auction":2}={"auction":2,"bids":6}@7`}},
		{"changes without key", "", false, []row{{1, 5, -1}, {1, 6, 1}},
			[]string{`={"auction":1,"bids":5,"weir_weight":-1}@7`, `={"auction":1,"bids":6,"weir_weight":1}@7`}},
		{"update", "auction", false, []row{{1, 5, -1}, {1, 6, 1}, {2, 1, 1}, {2, 1, -1}, {2, 9, 1}},
			[]string{`{"auction":1}={"auction":1,"bids":6}@7`, `{"auction":2}={"auction":2,"bids":9}@7`}},
		{"update, new row first", "auction", false, []row{{1, 6, 1}, {1, 5, -1}},
			[]string{`{"auction":1}={"auction":1,"bids":6}@7`}},
		{"deletion", "auction", false, []row{{1, 5, -1}, {3, 3, 1}, {3, 3, -1}},
			[]string{`{"auction":1}=tombstone@7`}},
		{"key of two columns", "bids, auction", false, []row{{1, 5, -1}, {1, 6, 1}},
			[]string{`{"bids":5,"auction":1}=tombstone@7`, `{"bids":6,"auction":1}={"auction":1,"bids":6}@7`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, addr := fakeCluster(t, kfake.SeedTopics(1, "hot"))
			s := openSink(t, "brokers="+addr, "topic=hot", "key="+c.key)
			d := engine.Delivery{Epoch: 7, Columns: hotColumns, Changes: []engine.Batch{changes(t, c.appendOnly, c.rows...)}}
			if err := s.Deliver(t.Context(), d); err != nil {
				t.Fatal(err)
			}
			if got := topicContent(t, addr, "hot", len(c.want)); !slices.Equal(got, c.want) {
				t.Errorf("topic holds\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// A row with its key's update in another batch of the same epoch is still one update.
func TestSinkNetsOverTheWholeEpoch(t *testing.T) {
	_, addr := fakeCluster(t, kfake.SeedTopics(1, "hot"))
	s := openSink(t, "brokers="+addr, "topic=hot", "key=auction")
	d := engine.Delivery{Epoch: 1, Columns: hotColumns,
		Changes: []engine.Batch{changes(t, false, row{1, 5, -1}), changes(t, true, row{1, 6, 1})}}
	if err := s.Deliver(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	want := []string{`{"auction":1}={"auction":1,"bids":6}@1`}
	if got := topicContent(t, addr, "hot", 1); !slices.Equal(got, want) {
		t.Errorf("topic holds %v, want %v", got, want)
	}
}

func TestSinkRetriesWhatBrokersRefuseForNow(t *testing.T) {
	c, addr := fakeCluster(t, kfake.SeedTopics(1, "hot"))
	s := openSink(t, "brokers="+addr, "topic=hot")
	h := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: "hot", Err: kerr.NotLeaderForPartition, Count: 2})
	d := engine.Delivery{Epoch: 1, Columns: hotColumns, Changes: []engine.Batch{changes(t, true, row{1, 5, 1})}}
	if err := s.Deliver(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if h.Hits() != 2 {
		t.Errorf("%d refusals, want 2", h.Hits())
	}
	if got := topicContent(t, addr, "hot", 1); len(got) != 1 {
		t.Errorf("topic holds %v, want one message", got)
	}
}

func TestDeliverGivesUpWithItsContext(t *testing.T) {
	c, addr := fakeCluster(t, kfake.SeedTopics(1, "hot"))
	s := openSink(t, "brokers="+addr, "topic=hot")
	h := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: "hot", Err: kerr.NotLeaderForPartition, Count: -1})
	d := engine.Delivery{Epoch: 1, Columns: hotColumns, Changes: []engine.Batch{changes(t, true, row{1, 5, 1})}}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := s.Deliver(ctx, d); err == nil {
		t.Error("delivered, with every attempt refused")
	}
	h.Remove()
	if err := s.Deliver(t.Context(), d); err != nil {
		t.Errorf("second try: %v", err)
	}
	if got := topicContent(t, addr, "hot", 1); len(got) != 1 {
		t.Errorf("topic holds %v, want one message", got)
	}
}

// An outage ends in an error within the sink's own time, although the caller would wait for ever.
func TestDeliverReportsAnOutage(t *testing.T) {
	c, addr := fakeCluster(t, kfake.SeedTopics(1, "hot"))
	s := openSink(t, "brokers="+addr, "topic=hot").(*sink)
	s.limit = 300 * time.Millisecond
	d := engine.Delivery{Epoch: 1, Columns: hotColumns, Changes: []engine.Batch{changes(t, true, row{1, 5, 1})}}
	if err := s.Deliver(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	c.Close()
	d.Epoch = 2
	err := s.Deliver(t.Context(), d)
	if err == nil {
		t.Fatal("delivered, without a broker")
	}
	wantParts(t, err.Error(), "write epoch 2 to hot")
}

func TestSinkErrors(t *testing.T) {
	_, addr := fakeCluster(t, kfake.SeedTopics(1, "hot"))
	for _, c := range [][]string{
		{"topic=cold", "no topic cold"},
		{"key=auktion", "column auktion; the view has auction, bids"},
	} {
		given := []string{"brokers=" + addr, c[0]}
		if !strings.HasPrefix(c[0], "topic") {
			given = append(given, "topic=hot")
		}
		_, err := Connector.Sink(engine.SinkConfig{Name: "out", Columns: hotColumns, Options: options(t, Connector.SinkOptions, given...)})
		if err == nil {
			t.Fatalf("%s: no error", c[0])
		}
		wantParts(t, err.Error(), c[1])
	}
}
