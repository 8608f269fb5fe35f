package kafka

import (
	"context"
	"net"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// followLeaders finds out who leads partitions whose leader is not known, and sees to it that there is a session with each
// leader, until ctx is done.
func (f *fetcher) followLeaders(ctx context.Context) {
	for {
		select {
		case <-f.lookUp:
		case <-ctx.Done():
			return
		}
		if f.orphans() == 0 {
			continue
		}
		if err := f.findLeaders(ctx); err != nil && ctx.Err() == nil {
			f.log.Log(kgo.LogLevelWarn, "asking who leads the partitions failed, trying again", "err", err)
		}
		select {
		case <-time.After(metadataAge):
		case <-ctx.Done():
			return
		}
		if f.orphans() > 0 {
			f.wish()
		}
	}
}

// wish has the leaders looked for.
func (f *fetcher) wish() {
	select {
	case f.lookUp <- struct{}{}:
	default:
	}
}

// orphans counts the cursors without a leader.
func (f *fetcher) orphans() (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.cursors {
		if c.leader == noLeader {
			n++
		}
	}
	return n
}

func (f *fetcher) findLeaders(ctx context.Context) error {
	bounded, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	topic := kmsg.NewMetadataRequestTopic()
	topic.Topic = &f.topic
	request := kmsg.NewPtrMetadataRequest()
	request.Topics = []kmsg.MetadataRequestTopic{topic}
	response, err := request.RequestWith(bounded, f.client)
	if err != nil {
		return err
	}
	f.know(response.Brokers)
	for _, t := range response.Topics {
		if err := kerr.ErrorForCode(t.ErrorCode); err != nil {
			return err
		}
		for _, p := range t.Partitions {
			f.lead(ctx, p)
		}
	}
	return nil
}

// know notes where the brokers are.
func (f *fetcher) know(brokers []kmsg.MetadataResponseBroker) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, b := range brokers {
		f.brokers[b.NodeID] = net.JoinHostPort(b.Host, strconv.Itoa(int(b.Port)))
	}
}

// lead notes who leads a partition, and begins a session if it is the lane's first.
func (f *fetcher) lead(ctx context.Context, p kmsg.MetadataResponseTopicPartition) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.cursors[p.Partition]
	if c == nil || p.Leader < 0 || p.LeaderEpoch < c.epoch { // an older epoch: the broker asked has not heard yet
		return
	}
	c.leader, c.epoch = p.Leader, p.LeaderEpoch
	if l := c.lane(); f.sessions[l] == nil {
		wake := make(chan struct{}, 1)
		f.sessions[l] = wake
		f.work.Go(func() { f.serve(ctx, l, wake) })
	}
	f.changed(c)
}
