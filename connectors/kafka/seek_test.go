package kafka

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/engine"
)

// A time stands, in each partition, before the first record that is not older; behind the last if all are.
func TestSeek(t *testing.T) {
	_, addr := fakeCluster(t, kfake.SeedTopics(3, "bid"))
	client, start := producer(t, addr), time.UnixMilli(1_800_000_000_000)
	for i := range 10 {
		for partition := range int32(2) { // nothing is in the third
			at := start.Add(time.Duration(i) * time.Duration(partition+1) * time.Minute)
			if err := client.ProduceSync(t.Context(), &kgo.Record{Topic: "bid", Partition: partition, Timestamp: at, Value: []byte("{}")}).FirstErr(); err != nil {
				t.Fatal(err)
			}
		}
	}
	s := testSource(t, "brokers="+addr, "topic=bid")
	for after, want := range map[time.Duration]map[string]int64{
		-time.Hour:                    {"0": 0, "1": 0, "2": 0},
		4 * time.Minute:               {"0": 4, "1": 2, "2": 0},
		4*time.Minute + 1*time.Second: {"0": 5, "1": 3, "2": 0},
		12 * time.Minute:              {"0": 10, "1": 6, "2": 0},
		time.Hour:                     {"0": 10, "1": 10, "2": 0},
	} {
		got, err := s.Seek(t.Context(), start.Add(after))
		if err != nil || !maps.Equal(got, want) {
			t.Errorf("after %s: %v, %v, want %v", after, got, err, want)
		}
		open(t, s, engine.ReadOptions{Bounded: true, From: got}) // each is a position to read from
	}
	if _, err := testSource(t, "brokers="+addr, "topic=nothing").Seek(t.Context(), start); err == nil || !strings.Contains(err.Error(), "no topic nothing") {
		t.Errorf("of no topic: %v", err)
	}
}
