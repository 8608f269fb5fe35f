package cluster

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
)

// The user's brokers get a topic with all events, and are as before once the cluster is closed.
func TestFill(t *testing.T) {
	fake, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "theirs"))
	if err != nil {
		t.Fatal(err)
	}
	defer fake.Close()
	c, err := Connect(t.Context(), strings.Join(fake.ListenAddrs(), ","), t.Output())
	if err != nil {
		t.Fatal(err)
	}
	topic, err := c.Create(t.Context(), "bid", 3)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "bid.ndjson")
	if err := c.Fill(t.Context(), topic, 3, 1000, 1, path); err != nil {
		t.Fatal(err)
	}
	ends, err := c.admin.ListEndOffsets(t.Context(), topic)
	if err != nil {
		t.Fatal(err)
	}
	records := int64(0)
	ends.Each(func(o kadm.ListedOffset) { records += o.Offset })
	text, err := os.ReadFile(path)
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if err != nil || records != 1000 || len(lines) != 1000 || !json.Valid([]byte(lines[999])) {
		t.Errorf("%d records, %d lines, want 1000 of each (%v)", records, len(lines), err)
	}
	other, err := Connect(t.Context(), c.Brokers, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if left, err := other.admin.ListTopics(t.Context()); err != nil || len(left.Names()) != 1 || !left.Has("theirs") {
		t.Errorf("topics left: %v (%v)", left.Names(), err)
	}
}

func TestNoKafkaThere(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	if _, err := Connect(ctx, "127.0.0.1:1", t.Output()); err == nil || !strings.Contains(err.Error(), "127.0.0.1:1") {
		t.Errorf("got %v, want the address", err)
	}
}
