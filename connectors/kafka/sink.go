package kafka

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/engine"
)

// epochHeader carries the epoch's number: after a crash the last epoch comes again, with the same number and content.
const epochHeader = "weir-epoch"

// deliverTimeout bounds one try, so that an outage shows as the sink's error. The engine tries again.
const deliverTimeout = 30 * time.Second

// The values of option delivery.
const (
	exactlyOnce = "exactly_once"
	atLeastOnce = "at_least_once"
)

// sink writes epochs to a topic: idempotent, acknowledged by all replicas.
type sink struct {
	topic  string
	opts   []kgo.Opt
	client *kgo.Client
	ledger *ledger // nil if an epoch may come twice
	envelope
	limit time.Duration
}

// newSink connects within a bounded time, so that a wrong address or topic shows when the sink is made.
func newSink(c engine.SinkConfig) (engine.Sink, error) {
	log := slog.With("sink", c.Name, "topic", c.Options["topic"])
	opts, err := clientOptions(c.Options, log)
	if err != nil {
		return nil, err
	}
	form, err := newEnvelope(c)
	if err != nil {
		return nil, fmt.Errorf("kafka: %w", err)
	}
	opts = append(opts, kgo.RequiredAcks(kgo.AllISRAcks()))
	s := &sink{topic: c.Options["topic"], envelope: form, limit: deliverTimeout}
	if c.Options["delivery"] == exactlyOnce {
		others := opts
		connect := func(extra ...kgo.Opt) (*kgo.Client, error) { return kgo.NewClient(slices.Concat(others, extra)...) }
		s.ledger = &ledger{id: "weir-" + c.Instance + "-" + c.Name, topic: s.topic, connect: connect, log: log}
		opts = slices.Concat(opts, []kgo.Opt{kgo.TransactionalID(s.ledger.id), kgo.TransactionTimeout(2 * deliverTimeout), kgo.WithHooks(s.ledger)})
	}
	client, err := kgo.NewClient(opts...)
	if err != nil {
		return nil, fmt.Errorf("kafka: make sink %s: %w", c.Name, err)
	}
	if err := reach(client, c.Options); err != nil {
		client.Close()
		return nil, err
	}
	s.opts, s.client = opts, client
	return s, nil
}

// reach checks that the brokers and the topic are there.
func reach(client *kgo.Client, o engine.Options) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*connectTimeout)
	defer cancel()
	if err := connect(ctx, client, o, connectTimeout); err != nil {
		return err
	}
	_, err := describe(ctx, kadm.NewClient(client), o)
	return err
}

// Deliver writes one epoch and returns when the brokers have acknowledged all of it.
func (s *sink) Deliver(ctx context.Context, d engine.Delivery) error {
	messages, err := s.messages(d)
	if err != nil {
		return fmt.Errorf("kafka: write epoch %d to %s: %w", d.Epoch, s.topic, err)
	}
	if len(messages) == 0 {
		return nil
	}
	for _, m := range messages {
		m.Topic = s.topic
	}
	addHeaders(messages, d)
	bounded, cancel := context.WithTimeout(ctx, s.limit)
	defer cancel()
	if err := s.produce(bounded, d.Epoch, messages); err != nil {
		return fmt.Errorf("kafka: write epoch %d to %s: %w", d.Epoch, s.topic, err)
	}
	return nil
}

// produce waits until all messages are acknowledged, or ctx is done. The client keeps trying what it may have sent, for as
// long as it lives: to be rid of that before the epoch comes again, it is replaced.
func (s *sink) produce(ctx context.Context, epoch int64, messages []*kgo.Record) error {
	if s.ledger != nil && s.ledger.fenced != nil {
		return s.ledger.fenced
	}
	if err := s.doubt(); err != nil {
		return err
	}
	client := s.client
	var failed error
	done := make(chan struct{})
	go func() {
		defer close(done)
		failed = s.send(ctx, client, epoch, messages)
	}()
	select {
	case <-done:
		if failed == nil {
			return nil
		}
		client.Close()
	case <-ctx.Done():
		client.Close()
		if <-done; failed != nil { // what is under way ends with its client; nil if it came through in the last moment
			failed = fmt.Errorf("the brokers have not acknowledged it: %w: %w", ctx.Err(), failed)
		}
	}
	return errors.Join(failed, s.renew())
}

// renew makes a new client in place of one that is closed.
func (s *sink) renew() error {
	fresh, err := kgo.NewClient(s.opts...)
	if err == nil {
		s.client = fresh
	}
	return err
}

// doubt takes the transactional id over anew if a broker was away since the last epoch: what it was to end it may have left open.
func (s *sink) doubt() error {
	if s.ledger == nil || !s.ledger.known || !s.ledger.lost.Swap(false) {
		return nil
	}
	s.ledger.known = false
	s.client.Close()
	return s.renew()
}

// send sends an epoch, unless the topic has it.
func (s *sink) send(ctx context.Context, client *kgo.Client, epoch int64, messages []*kgo.Record) error {
	if s.ledger == nil {
		return client.ProduceSync(ctx, messages...).FirstErr()
	}
	if !s.ledger.known {
		s.ledger.lost.Store(false)
		if err := s.ledger.begin(ctx, client, epoch); err != nil {
			return err
		}
	}
	if epoch <= s.ledger.last {
		return nil
	}
	return s.ledger.write(ctx, client, epoch, messages)
}

// Close waits for nothing: Deliver has returned, so nothing is under way.
func (s *sink) Close() error {
	s.client.Close()
	return nil
}
