package kafka

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/engine"
)

// Partitions begin where their first record is that is still kept, or for auto_offset_reset = latest at their end.
func TestMeasure(t *testing.T) {
	_, addr := fakeCluster(t, kfake.SeedTopics(2, "bid"))
	client := producer(t, addr)
	for range 5 {
		if err := client.ProduceSync(t.Context(), &kgo.Record{Topic: "bid", Partition: 1, Value: []byte("{}")}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	gone := kadm.Offsets{}
	gone.Add(kadm.Offset{Topic: "bid", Partition: 1, At: 2})
	if _, err := kadm.NewClient(client).DeleteRecords(t.Context(), gone); err != nil {
		t.Fatal(err)
	}
	for reset, want := range map[string]map[string]engine.Extent{
		"earliest": {"0": {Unit: "records"}, "1": {Begin: 2, End: 5, Size: 3, Unit: "records"}},
		"latest":   {"0": {Unit: "records", Joins: true}, "1": {Begin: 5, End: 5, Unit: "records", Joins: true}},
	} {
		got, err := testSource(t, "brokers="+addr, "topic=bid", "auto_offset_reset="+reset).Measure(t.Context(), nil)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v, %s", reset, err, diff)
		}
	}
}
