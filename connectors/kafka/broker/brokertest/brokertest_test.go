package brokertest

import (
	"context"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// A record that was acknowledged survives kill -9, at the same address.
func TestDataSurvivesKillAndRestart(t *testing.T) {
	b := Start(t)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Addr), kgo.DefaultProduceTopic("kept"))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	if _, err := admin.CreateTopic(ctx, 1, 1, nil, "kept"); err != nil {
		t.Fatal(err)
	}
	if err := client.ProduceSync(ctx, kgo.StringRecord("one")).FirstErr(); err != nil {
		t.Fatal(err)
	}
	addr := b.Addr
	b.Kill()
	b.Restart()
	if b.Addr != addr {
		t.Errorf("address changed from %s to %s", addr, b.Addr)
	}
	ends, err := admin.ListEndOffsets(ctx, "kept")
	if err != nil || ends["kept"][0].Offset != 1 {
		t.Errorf("the partition ends at %v, want 1 (%v)", ends["kept"][0].Offset, err)
	}
}
