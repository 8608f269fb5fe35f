package kafka

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/weirdb/weir/engine"
)

// said lists the messages that an envelope makes of changes in epoch 7, as key=value.
func said(t *testing.T, e envelope, batches ...engine.Batch) ([]string, error) {
	t.Helper()
	if z, ok := e.(*debezium); ok {
		z.now = func() time.Time { return time.UnixMilli(5) }
	}
	messages, err := e.messages(engine.Delivery{Epoch: 7, Columns: hotColumns, Changes: batches})
	var out []string
	for _, m := range messages {
		value := strings.Replace(string(m.Value), `,"source":{"connector":"weir","view":"hot","epoch":7}`, "", 1)
		if m.Value == nil {
			value = "tombstone"
		}
		out = append(out, fmt.Sprintf("%s=%s", m.Key, strings.Replace(value, `,"ts_ms":5`, "", 1)))
	}
	return out, err
}

func envelopeOf(t *testing.T, updating bool, given ...string) (envelope, error) {
	t.Helper()
	return newEnvelope(engine.SinkConfig{Name: "out", View: "hot", Columns: hotColumns, Updating: updating,
		Options: options(t, Connector.SinkOptions, append(given, "brokers=b", "topic=hot")...)})
}

func TestEnvelopes(t *testing.T) {
	update := []row{{1, 5, -1}, {2, 1, 1}, {1, 6, 1}, {2, 1, -1}, {3, 7, -1}, {4, 8, 1}}
	for _, c := range []struct {
		name, envelope, key string
		appendOnly          bool
		rows                []row
		want                []string
	}{
		{"append", "append", "", true, []row{{1, 5, 1}, {1, 5, 1}}, []string{`={"auction":1,"bids":5}`, `={"auction":1,"bids":5}`}},
		{"append with key", "append", "auction", true, []row{{1, 5, 1}, {1, 6, 1}},
			[]string{`{"auction":1}={"auction":1,"bids":5}`, `{"auction":1}={"auction":1,"bids":6}`}},
		{"upsert", "upsert", "auction", false, update,
			[]string{`{"auction":1}={"auction":1,"bids":6}`, `{"auction":3}=tombstone`, `{"auction":4}={"auction":4,"bids":8}`}},
		{"upsert of a view that only grows", "upsert", "auction", true, []row{{1, 5, 1}, {1, 6, 1}},
			[]string{`{"auction":1}={"auction":1,"bids":5}`, `{"auction":1}={"auction":1,"bids":6}`}},
		{"upsert, several states of a key", "upsert", "auction", false, []row{{1, 5, -1}, {1, 6, 1}, {1, 6, -1}, {1, 7, 1}},
			[]string{`{"auction":1}={"auction":1,"bids":7}`}},
		{"debezium", "debezium", "auction", false, update, []string{
			`{"auction":1}={"before":{"auction":1,"bids":5},"after":{"auction":1,"bids":6},"op":"u"}`,
			`{"auction":3}={"before":{"auction":3,"bids":7},"after":null,"op":"d"}`, `{"auction":3}=tombstone`,
			`{"auction":4}={"before":null,"after":{"auction":4,"bids":8},"op":"c"}`}},
		{"debezium without key", "debezium", "", false, []row{{1, 5, -1}, {1, 6, 1}, {2, 2, 1}, {2, 2, -1}}, []string{
			`={"before":{"auction":1,"bids":5},"after":null,"op":"d"}`, `={"before":null,"after":{"auction":1,"bids":6},"op":"c"}`}},
		{"debezium, several rows of a key", "debezium", "auction", false, []row{{1, 5, -1}, {1, 6, 1}, {1, 7, 1}, {1, 7, 1}}, []string{
			`{"auction":1}={"before":{"auction":1,"bids":5},"after":{"auction":1,"bids":6},"op":"u"}`,
			`{"auction":1}={"before":null,"after":{"auction":1,"bids":7},"op":"c"}`,
			`{"auction":1}={"before":null,"after":{"auction":1,"bids":7},"op":"c"}`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, err := envelopeOf(t, !c.appendOnly, "envelope="+c.envelope, "key="+c.key)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := said(t, e, changes(t, c.appendOnly, c.rows...)); err != nil || !slices.Equal(got, c.want) {
				t.Errorf("error %v, messages\n%s\nwant\n%s", err, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

func TestUpsertNamesAKeyThatIsNotUnique(t *testing.T) {
	e, err := envelopeOf(t, true, "envelope=upsert", "key=auction")
	if err != nil {
		t.Fatal(err)
	}
	for _, rows := range [][]row{{{1, 5, 1}, {1, 6, 1}}, {{1, 5, -1}, {1, 6, 1}, {1, 7, 1}}, {{1, 5, 1}, {1, 5, 1}}} {
		for _, appendOnly := range []bool{true, false} {
			if appendOnly && rows[0].weight < 0 {
				continue
			}
			_, err := said(t, e, changes(t, appendOnly, rows...))
			if err == nil {
				t.Fatalf("no error for %v", rows)
			}
			wantParts(t, err.Error(), `key {"auction":1} has 2 rows`, "the view has auction, bids", "'debezium'")
		}
	}
}

func TestEnvelopeErrors(t *testing.T) {
	for _, c := range []struct {
		given []string
		want  []string
	}{
		{[]string{"envelope=append"}, []string{"option envelope = 'append': view hot takes rows back", "'upsert'", "'debezium'"}},
		{[]string{"envelope=upsert"}, []string{"option envelope = 'upsert' needs the option key", "it has auction, bids"}},
		{[]string{"key=auktion"}, []string{"option key names column auktion; the view has auction, bids"}},
	} {
		_, err := envelopeOf(t, true, c.given...)
		if err == nil {
			t.Fatalf("%v: no error", c.given)
		}
		wantParts(t, err.Error(), c.want...)
	}
}

func TestDebeziumOnATopic(t *testing.T) {
	_, addr := fakeCluster(t, kfake.SeedTopics(1, "hot"))
	s := openSink(t, "brokers="+addr, "topic=hot", "key=auction", "envelope=debezium").(*sink)
	s.envelope.(*debezium).now = func() time.Time { return time.UnixMilli(1767261600000) }
	d := engine.Delivery{Epoch: 7, Columns: hotColumns, Changes: []engine.Batch{changes(t, false, row{1, 5, -1}), changes(t, true, row{1, 6, 1})}}
	if err := s.Deliver(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	want := []string{`{"auction":1}={"before":{"auction":1,"bids":5},"after":{"auction":1,"bids":6},` +
		`"source":{"connector":"weir","view":"hot","epoch":7},"op":"u","ts_ms":1767261600000}@7`}
	if got := topicContent(t, addr, "hot", 1); !slices.Equal(got, want) {
		t.Errorf("topic holds\n%s\nwant\n%s", got, want)
	}
}
