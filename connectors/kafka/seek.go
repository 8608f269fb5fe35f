package kafka

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Seek asks the brokers for the first record of each partition whose timestamp, which is when it was created or appended as the
// topic's message.timestamp.type says, is not before t.
func (s *source) Seek(ctx context.Context, t time.Time) (map[string]int64, error) {
	client, err := kgo.NewClient(s.client...)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	if err := connect(ctx, client, s.options, s.connect); err != nil {
		return nil, err
	}
	bounded, cancel := context.WithTimeout(ctx, s.connect)
	defer cancel()
	admin, topic := kadm.NewClient(client), s.options["topic"]
	if _, err := patiently(bounded, func() (kadm.TopicDetail, error) { return describe(bounded, admin, s.options) }); err != nil {
		return nil, err
	}
	found, err := patiently(bounded, func() (kadm.ListedOffsets, error) {
		return listed(admin.ListOffsetsAfterMilli(bounded, t.UnixMilli(), topic))
	})
	if err != nil {
		return nil, fmt.Errorf("kafka: list offsets of %s: %w", topic, err)
	}
	starts := map[string]int64{}
	for number, at := range found[topic] {
		starts[partitionName(number)] = at.Offset
	}
	return starts, nil
}
