package kafka

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// ledger writes each epoch in a transaction that also notes its number, as the offset that a consumer group has committed. Whether an
// epoch is in the topic can then be looked up, after a crash or an answer that was lost:
//
//	transaction   messages of epoch 7 ─► topic │ 7 ─► offset of group │ commit
//	crash         begin anew: the broker ends what was open; the group's offset says 6 or 7, and so does the topic
//
// The transactional id belongs to the sink of one database. A copy of that database that writes too takes it over; whoever had it is
// fenced off, and says so from then on.
type ledger struct {
	id         string // transactional id, and the group's name
	topic      string
	connect    func(...kgo.Opt) (*kgo.Client, error) // makes another client, without transactions
	log        *slog.Logger
	producer   int64        // what the brokers know the transactional id by, and
	generation int16        // how often it was taken over
	at         kadm.TopicID // of topic, by which newer brokers know it
	last       int64        // the last epoch in the topic
	known      bool         // last is
	lost       atomic.Bool  // a broker has gone away since last became known
	fenced     error
}

// OnBrokerDisconnect implements kgo.HookBrokerDisconnect.
func (l *ledger) OnBrokerDisconnect(kgo.BrokerMetadata, net.Conn) { l.lost.Store(true) }

// begin gets hold of the transactional id, and finds the last epoch. The broker ends the transaction that was open, and begin what the broker
// has forgotten to end. next is the epoch to be delivered.
func (l *ledger) begin(ctx context.Context, client *kgo.Client, next int64) (err error) {
	if l.producer, l.generation, err = client.ProducerID(ctx); err != nil {
		return fmt.Errorf("take over transactional id %s: %w", l.id, err)
	}
	topics, err := kadm.NewClient(client).ListTopics(ctx, l.topic)
	if err == nil {
		err = topics.Error()
	}
	if err != nil {
		return fmt.Errorf("describe topic %s: %w", l.topic, err)
	}
	l.at = topics[l.topic].ID
	if err := l.clear(ctx, client, topics[l.topic].Partitions.Numbers(), next); err != nil {
		return fmt.Errorf("end the transaction of %s that the brokers have left open: %w", l.id, err)
	}
	if l.last, err = l.lastEpoch(ctx, client); err != nil {
		return fmt.Errorf("find the last epoch in %s, by group %s: %w", l.topic, l.id, err)
	}
	l.known = true
	return nil
}

// clear ends what the brokers have left open. Some do not tell: those before 2.8, and those that do not let us read the topic.
func (l *ledger) clear(ctx context.Context, client *kgo.Client, partitions []int32, next int64) error {
	h, err := l.look(ctx, partitions)
	if err != nil && (ctx.Err() != nil || kgo.IsRetryableBrokerErr(err)) {
		return err // who has not looked does not know: the epoch comes again
	}
	if err != nil {
		l.log.Info("cannot look for transactions that were left open", "error", err)
		return nil
	}
	defer h.close()
	if len(h.open) == 0 && !l.unstable(ctx, client) {
		return nil
	}
	return h.end(ctx, next)
}

// unstable reports whether a transaction is about to change the group's offset, and goes on being so.
func (l *ledger) unstable(ctx context.Context, client *kgo.Client) bool {
	for end := time.Now().Add(unstablePatience); time.Now().Before(end) && ctx.Err() == nil; time.Sleep(coordinatorPause) {
		if _, err := l.committed(ctx, client); !errors.Is(err, kerr.UnstableOffsetCommit) {
			return false
		}
	}
	return ctx.Err() == nil
}

// unstablePatience is how long old brokers may take to give a group its offset after the transaction has ended.
const unstablePatience = 5 * time.Second

// lastEpoch asks for the group's offset until the broker knows it.
func (l *ledger) lastEpoch(ctx context.Context, client *kgo.Client) (last int64, err error) {
	err = insist(ctx, func() error {
		last, err = l.committed(ctx, client)
		return err
	})
	return last, err
}

// insist tries again what brokers refuse for now, such as what has to wait for a transaction's end.
func insist(ctx context.Context, try func() error) error {
	for {
		err := try()
		if err == nil || !kerr.IsRetriable(err) && !errors.Is(err, kerr.ConcurrentTransactions) {
			return err
		}
		select {
		case <-time.After(coordinatorPause):
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		}
	}
}

// coordinatorPause is how long to wait for a broker that is about to know.
const coordinatorPause = 100 * time.Millisecond

// committed is the group's offset; -1 if it has none.
func (l *ledger) committed(ctx context.Context, client *kgo.Client) (int64, error) {
	resp, err := l.fetchRequest().RequestWith(ctx, client)
	if err != nil {
		return -1, err
	}
	last, err := committedOffset(resp)
	if errors.Is(err, kerr.GroupIDNotFound) { // as brokers say of a group that has never committed
		return -1, nil
	}
	return last, err
}

// fetchRequest asks for the group's offset, once no transaction is about to change it, as old brokers and as new ones want it.
func (l *ledger) fetchRequest() *kmsg.OffsetFetchRequest {
	topic := kmsg.NewOffsetFetchRequestTopic()
	topic.Topic, topic.Partitions = l.topic, []int32{0}
	inGroup := kmsg.NewOffsetFetchRequestGroupTopic()
	inGroup.Topic, inGroup.TopicID, inGroup.Partitions = l.topic, l.at, []int32{0}
	group := kmsg.NewOffsetFetchRequestGroup()
	group.Group, group.Topics = l.id, append(group.Topics, inGroup)
	req := kmsg.NewPtrOffsetFetchRequest()
	req.RequireStable, req.Group = true, l.id
	req.Topics, req.Groups = append(req.Topics, topic), append(req.Groups, group)
	return req
}

// committedOffset reads the answer in its old form or its new one; -1 if nothing was committed.
func committedOffset(resp *kmsg.OffsetFetchResponse) (int64, error) {
	if err := kerr.ErrorForCode(resp.ErrorCode); err != nil {
		return -1, err
	}
	for _, t := range resp.Topics {
		for _, p := range t.Partitions {
			return p.Offset, kerr.ErrorForCode(p.ErrorCode)
		}
	}
	for _, g := range resp.Groups {
		if err := kerr.ErrorForCode(g.ErrorCode); err != nil {
			return -1, err
		}
		for _, t := range g.Topics {
			for _, p := range t.Partitions {
				return p.Offset, kerr.ErrorForCode(p.ErrorCode)
			}
		}
	}
	return -1, nil
}

// write writes an epoch. After an error it is not known whether it is there: begin has to find out, with a new client.
func (l *ledger) write(ctx context.Context, client *kgo.Client, epoch int64, messages []*kgo.Record) error {
	err := l.transact(ctx, client, epoch, messages)
	if err == nil {
		l.last = epoch
		return nil
	}
	l.known = false
	if errors.Is(err, kerr.ProducerFenced) || errors.Is(err, kerr.InvalidProducerEpoch) {
		l.fenced = fmt.Errorf("another weir, with a copy of this database, has taken over the sink; stop one of them: %w", err)
		return l.fenced
	}
	return err
}

func (l *ledger) transact(ctx context.Context, client *kgo.Client, epoch int64, messages []*kgo.Record) error {
	if err := client.BeginTransaction(); err != nil {
		return fmt.Errorf("begin a transaction: %w", err)
	}
	if err := client.ProduceSync(ctx, messages...).FirstErr(); err != nil {
		return err
	}
	if err := l.note(ctx, client, epoch); err != nil {
		return fmt.Errorf("note epoch %d in group %s: %w", epoch, l.id, err)
	}
	if err := client.EndTransaction(ctx, kgo.TryCommit); err != nil {
		return fmt.Errorf("commit the transaction: %w", err)
	}
	return nil
}

// join makes the group's offset part of the transaction.
func (l *ledger) join(ctx context.Context, client *kgo.Client, producer int64, generation int16) error {
	req := kmsg.NewPtrAddOffsetsToTxnRequest()
	req.TransactionalID, req.ProducerID, req.ProducerEpoch, req.Group = l.id, producer, generation, l.id
	resp, err := req.RequestWith(ctx, client)
	if err != nil {
		return err
	}
	return kerr.ErrorForCode(resp.ErrorCode)
}

// note makes the epoch's number part of the transaction.
func (l *ledger) note(ctx context.Context, client *kgo.Client, epoch int64) error {
	producer, generation, err := client.ProducerID(ctx)
	if err != nil {
		return err
	}
	if err := l.join(ctx, client, producer, generation); err != nil {
		return err
	}
	req := kmsg.NewPtrTxnOffsetCommitRequest()
	req.TransactionalID, req.Group, req.ProducerID, req.ProducerEpoch, req.Generation = l.id, l.id, producer, generation, -1
	partition := kmsg.NewTxnOffsetCommitRequestTopicPartition()
	partition.Partition, partition.Offset = 0, epoch
	topic := kmsg.NewTxnOffsetCommitRequestTopic()
	topic.Topic, topic.TopicID, topic.Partitions = l.topic, l.at, append(topic.Partitions, partition)
	req.Topics = append(req.Topics, topic)
	resp, err := req.RequestWith(ctx, client)
	if err != nil {
		return err
	}
	for _, t := range resp.Topics {
		for _, p := range t.Partitions {
			if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
				return err
			}
		}
	}
	return nil
}
