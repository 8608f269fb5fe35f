package kafka

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/weirdb/weir/engine"
)

// answerFetches has a broker answer fetches with what change makes of a partition's part, as often as it reports true.
func answerFetches(c *kfake.Cluster, change func(*kmsg.FetchResponseTopicPartition) bool) {
	c.ControlKey(int16(kmsg.Fetch), func(request kmsg.Request) (kmsg.Response, error, bool) {
		asked := request.(*kmsg.FetchRequest)
		response := asked.ResponseKind().(*kmsg.FetchResponse)
		for _, t := range asked.Topics {
			topic := kmsg.NewFetchResponseTopic()
			topic.Topic, topic.TopicID = t.Topic, t.TopicID
			for _, p := range t.Partitions {
				part := kmsg.NewFetchResponseTopicPartition()
				part.Partition = p.Partition
				if !change(&part) {
					return nil, nil, false
				}
				topic.Partitions = append(topic.Partitions, part)
			}
			response.Topics = append(response.Topics, topic)
		}
		c.KeepControl()
		return response, nil, true
	})
}

func TestFetchErrorsThatEndTheRead(t *testing.T) {
	for name, c := range map[string]struct {
		part func(*kmsg.FetchResponseTopicPartition)
		want string
	}{
		"no access": {func(p *kmsg.FetchResponseTopicPartition) { p.ErrorCode = kerr.TopicAuthorizationFailed.Code }, "TOPIC_AUTHORIZATION_FAILED"},
		"truncated": {func(p *kmsg.FetchResponseTopicPartition) { p.DivergingEpoch.Epoch, p.DivergingEpoch.EndOffset = 0, 3 }, "lost data that had been read"},
		"not a batch": {func(p *kmsg.FetchResponseTopicPartition) {
			p.RecordBatches = append(make([]byte, atMagic), 9, 0, 0)
		}, "in format 9"},
	} {
		t.Run(name, func(t *testing.T) {
			cluster, addr := fakeCluster(t, kfake.SeedTopics(1, "bid"))
			write(t, producer(t, addr), "bid", 0, 0, 10)
			answerFetches(cluster, func(p *kmsg.FetchResponseTopicPartition) bool { c.part(p); return true })
			r := open(t, testSource(t, "brokers="+addr, "topic=bid"), engine.ReadOptions{From: map[string]int64{"0": 5}})
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			var err error
			for err == nil {
				_, err = r.Poll(ctx)
			}
			if errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "bid[0] at offset 5") {
				t.Errorf("error %v, want one that names bid[0] at offset 5 and says %s", err, c.want)
			}
		})
	}
}

// Errors that pass by themselves are waited out, with the leader looked up anew.
func TestFetchErrorsThatPass(t *testing.T) {
	for _, e := range []*kerr.Error{kerr.NotLeaderForPartition, kerr.FencedLeaderEpoch, kerr.UnknownLeaderEpoch, kerr.KafkaStorageError,
		kerr.UnknownTopicOrPartition, kerr.UnknownTopicID} {
		t.Run(e.Message, func(t *testing.T) {
			cluster, addr := fakeCluster(t, kfake.SeedTopics(1, "bid"))
			write(t, producer(t, addr), "bid", 0, 0, 10)
			left := 2
			answerFetches(cluster, func(p *kmsg.FetchResponseTopicPartition) bool {
				p.ErrorCode = e.Code
				left--
				return left >= 0
			})
			got := readAll(t, open(t, testSource(t, "brokers="+addr, "topic=bid"), engine.ReadOptions{Bounded: true}))
			if len(got.values["0"]) != 10 || left >= 0 {
				t.Errorf("%d records, %d errors left to give; want 10, none", len(got.values["0"]), left+1)
			}
		})
	}
}
