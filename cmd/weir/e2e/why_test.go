package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/engine/why"
)

// weir why tells what a running weir waits for, in words and as JSON.
func TestWhyCommand(t *testing.T) {
	dir := small(t)
	p := follow(t, dir, "--commit-interval", "20ms")
	p.read(3)
	ask := func(code int, args ...string) (string, string) {
		return run(t, dir, code, append([]string{"why", "--server", p.url()}, args...)...)
	}
	var text string
	p.eventually("the events are in windows", func() bool {
		text, _ = ask(0, "--json", "per_window")
		var w why.Why
		return json.Unmarshal([]byte(text), &w) == nil && w.Next != nil && len(w.Next.Needs) == 1
	})
	var w why.Why
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		t.Fatal(err)
	}
	if n := w.Next.Needs[0]; n.Source != "ev" || len(n.Partitions) != 1 || n.Partitions[0] != "ev.ndjson" || w.Next.Window.Count != 1 {
		t.Errorf("next to close: %+v", w.Next)
	}
	out, _ := ask(0, "per_window")
	says(t, "why per_window", out, "per_window: window 2026-01-01 00:00:20 - 00:00:30 (1 group) is open because partition ev.ndjson of source ev is at 00:00:17 since",
		"it closes when partition ev.ndjson has an event at or after", "stage 0, aggregate", "1 window open, 1 group", "holds the watermark", "last commit: epoch", "back-pressure:")
	out, _ = ask(0, "passed")
	says(t, "why passed", out, "passed: it writes changes at each commit", "its table is current as of epoch")
	_, said := ask(1, "per_windows")
	says(t, "an unknown view", said, `there is no view "per_windows"; did you mean per_window; there are passed, per_key, per_window`)
	_, said = run(t, dir, 1, "why", "--server", "http://127.0.0.1:1", "v")
	says(t, "no server", said, "is a `weir run` listening there?")
}

// Of a topic with three partitions, the one that is empty holds the windows open, until it is idle or has an event: what is said comes true.
func TestWhyOverKafka(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(3, "ev"))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	client, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()[0]), kgo.DefaultProduceTopic("ev"), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	produce := func(partition int32, ts string) {
		t.Helper()
		r := kgo.StringRecord(`{"id":1,"k":"a","n":95,"ts":"` + ts + `"}`)
		r.Partition = partition
		if err := client.ProduceSync(t.Context(), r).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	produce(0, "2026-01-01T00:00:05")
	produce(1, "2026-01-01T00:00:30")
	dir := t.TempDir()
	with := "connector = 'kafka', brokers = '%s', topic = 'ev', format = 'json', idle_timeout = '1 hour'"
	write(t, dir, "x.sql", sourceOf(fmt.Sprintf(with, cluster.ListenAddrs()[0]))+statements(views[:1]))
	p := follow(t, dir, "--commit-interval", "20ms")
	url, last := p.url(), ""
	summary := func(parts ...string) {
		t.Helper()
		p.eventually(fmt.Sprintf("it says %q, and not %s", parts, last), func() bool {
			last, _ = run(t, dir, 0, "why", "--server", url, "per_window")
			return !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(last, part) })
		})
	}
	summary("window 2026-01-01 00:00:00 - 00:00:10 (1 group) is open because partition 2 of source ev has had no event yet; "+
		"it closes when partitions 0 and 2 have an event at or after 00:00:14", "holds the watermark")
	produce(2, "2026-01-01T00:00:40")
	summary("partition 0 of source ev is at 00:00:01 since", "it closes when partition 0 has an event at or after 00:00:14, or in 59 min when it is idle")
	produce(0, "2026-01-01T00:00:14")
	summary("window 2026-01-01 00:00:10 - 00:00:20 (1 group) is open because partition 0 of source ev is at 00:00:10 since")
}
