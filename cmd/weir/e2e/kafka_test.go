package e2e

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

// An empty topic ends at once, one that is missing is named, and one that fills later is read from its beginning.
func TestOnceOverEmptyTopic(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(2, "ev"))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	addr, dir := cluster.ListenAddrs()[0], t.TempDir()
	with := "connector = 'kafka', brokers = '%s', topic = '%s', format = 'json'"
	write(t, dir, "missing.sql", sourceOf(fmt.Sprintf(with, addr, "nosuch"))+statements(views))
	_, said := run(t, dir, 1, "run", "--db", "missing.duckdb", "--once", "missing.sql")
	says(t, "a missing topic", said, "nosuch", "source ev")
	write(t, dir, "x.sql", sourceOf(fmt.Sprintf(with, addr, "ev"))+statements(views))
	finish(t, dir)
	client, err := kgo.NewClient(kgo.SeedBrokers(addr), kgo.DefaultProduceTopic("ev"))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	lines := newEvents(newRand(t), 0).lines(nil, 1000)
	for line := range strings.Lines(string(lines)) {
		client.Produce(context.Background(), kgo.StringRecord(strings.TrimSuffix(line, "\n")), func(_ *kgo.Record, err error) {
			if err != nil {
				t.Errorf("produce: %v", err)
			}
		})
	}
	if err := client.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	finish(t, dir)
	j := judgeLines(t, filepath.Join(dir, "x.duckdb"), lines)
	j.equal(views[1:])
	j.done()
	said, _ = run(t, dir, 0, "verify", "--db", "x.duckdb", "x.sql")
	says(t, "verify", said, "view per_window: equal: ", "view per_key: equal: ", " over 1000 events")
}
