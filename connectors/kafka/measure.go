package kafka

import (
	"context"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/engine"
)

// Measure asks the brokers where the partitions begin and end. Offsets that compaction or transactions have taken count too.
func (s *source) Measure(ctx context.Context, _ map[string]int64) (map[string]engine.Extent, error) {
	client, err := kgo.NewClient(s.client...)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	_, b, err := s.ask(ctx, client, kadm.NewClient(client))
	if err != nil {
		return nil, err
	}
	topic, out := s.options["topic"], map[string]engine.Extent{}
	for number, at := range b.start[topic] {
		x := engine.Extent{Begin: at.Offset, End: b.stable[topic][number].Offset, Unit: "records"}
		if s.options["auto_offset_reset"] == "latest" {
			x.Begin, x.Joins = b.high[topic][number].Offset, true
		}
		x.Size = max(0, x.End-x.Begin)
		out[partitionName(number)] = x
	}
	return out, nil
}
