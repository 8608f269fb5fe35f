package kafka

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// skipHole moves a partition over offsets at its end that have no record any more. The client passes over them as well,
// but tells nobody, so that the partition would wait for ever for records that do not come:
//
//	offsets   7  8  9        compaction removed 8 and 9;
//	          r  ·  ·  │high  next is 8, high is 10, and nothing will be fetched
//
// It asks the partition's leader itself, and only after a silence: while records come, nothing needs to be asked.
func (r *reader) skipHole(ctx context.Context, p *partition, now time.Time) {
	if p.next >= min(p.high, p.end) || now.Sub(p.moved) < 2*r.source.tick || now.Sub(p.probed) < 5*r.source.tick {
		return
	}
	p.probed = now
	bounded, cancel := context.WithTimeout(ctx, r.source.connect)
	defer cancel()
	next, err := r.probe(bounded, p)
	if err != nil {
		r.warnings.Log(kgo.LogLevelWarn, "asking for the records at a partition's end failed, trying again", "partition", p.name, "err", err)
		return
	}
	if next > p.next {
		p.next, p.moved = min(next, p.end), now
	}
}

// probe fetches at the position once, and returns the position behind what holds no record.
func (r *reader) probe(ctx context.Context, p *partition) (int64, error) {
	detail, err := describe(ctx, r.admin, r.source.options)
	if err != nil {
		return 0, err
	}
	part, ok := detail.Partitions[p.number]
	if !ok || part.Err != nil {
		return 0, fmt.Errorf("kafka: find the leader of %s[%d]: %w", r.topic, p.number, part.Err)
	}
	answer, err := r.client.Broker(int(part.Leader)).Request(ctx, r.probeRequest(p, detail.ID))
	if err != nil {
		return 0, err
	}
	return r.behindHole(p, answer.(*kmsg.FetchResponse))
}

func (r *reader) probeRequest(p *partition, id kadm.TopicID) *kmsg.FetchRequest {
	part := kmsg.NewFetchRequestTopicPartition()
	part.Partition, part.FetchOffset, part.PartitionMaxBytes = p.number, p.next, fetchPartitionBytes
	topic := kmsg.NewFetchRequestTopic()
	topic.Topic, topic.TopicID, topic.Partitions = r.topic, id, []kmsg.FetchRequestTopicPartition{part}
	request := kmsg.NewPtrFetchRequest()
	request.MaxBytes, request.SessionEpoch, request.Topics = fetchPartitionBytes, -1, []kmsg.FetchRequestTopic{topic}
	if r.source.committedOnly() {
		request.IsolationLevel = 1
	}
	return request
}

func (r *reader) behindHole(p *partition, answer *kmsg.FetchResponse) (int64, error) {
	if err := kerr.ErrorForCode(answer.ErrorCode); err != nil {
		return 0, err
	}
	if len(answer.Topics) != 1 || len(answer.Topics[0].Partitions) != 1 {
		return 0, fmt.Errorf("kafka: the answer to one partition's fetch names %d topics", len(answer.Topics))
	}
	o := kgo.ProcessFetchPartitionOpts{Topic: r.topic, Partition: p.number, Offset: p.next}
	if r.source.committedOnly() {
		o.IsolationLevel = kgo.ReadCommitted()
	}
	got, next := kgo.ProcessFetchPartition(o, &answer.Topics[0].Partitions[0], kgo.DefaultDecompressor(), nil)
	if got.Err != nil {
		return 0, got.Err
	}
	if len(got.Records) > 0 {
		return got.Records[0].Offset, nil // those are on their way
	}
	return next, nil
}
