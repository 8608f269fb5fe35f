package kafka

import (
	"encoding/binary"
	"hash/crc32"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/weirdb/weir/connectors/kafka/broker/brokertest"
	"github.com/weirdb/weir/engine"
)

// A transaction that the brokers have left open is ended before a sink goes on: committed if its epoch counts as delivered, or is
// to be seen in another partition; aborted otherwise. Such a one is made by writing past the coordinator.
func realHanging(t *testing.T, b *brokertest.Broker) {
	for i, c := range []struct {
		name  string
		ended bool     // the transaction has its end in partition 1; in partition 0 it is left open
		next  int64    // the epoch to be delivered; what is left is of epoch 2
		want  []string // what a reader of what is committed has in the end
	}{
		{"not delivered", false, 2, []string{"1", "2"}},
		{"delivered", false, 3, []string{"1", "2 left", "3"}},
		{"its end in part", true, 2, []string{"1", "2 left", "2 left"}},
		{"delivered, its end in part", true, 3, []string{"1", "2 left", "2 left", "3"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			topic := "left" + strconv.Itoa(i)
			createTopic(t, b.Addr, topic, 2, nil)
			deliver(t, b, topic, 1)
			l := &leaver{t: t, client: rawClient(t, b), topic: topic, id: "weir-x-" + topic}
			l.take()
			if c.ended {
				l.end(1, 2)
			}
			l.leave(0, 2)
			deliver(t, b, topic, c.next)
			if got := committedIn(t, b, topic, len(c.want)); !slices.Equal(got, c.want) {
				t.Errorf("the topic has %q, want %q", got, c.want)
			}
		})
	}
}

// deliver has a sink of its own write one message of an epoch.
func deliver(t *testing.T, b *brokertest.Broker, topic string, epoch int64) {
	t.Helper()
	s, err := Connector.Sink(engine.SinkConfig{Name: topic, Instance: "x", Format: "json", View: "hot", Columns: hotColumns,
		Options: options(t, Connector.SinkOptions, "brokers="+b.Addr, "topic="+topic)})
	if err != nil {
		t.Fatal(err)
	}
	d := engine.Delivery{Epoch: epoch, Columns: hotColumns, Changes: []engine.Batch{changes(t, true, row{epoch, 1, 1})}}
	if err := s.Deliver(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// committedIn reads n committed messages, once nothing is open: the epoch of each, and whether it was left.
func committedIn(t *testing.T, b *brokertest.Broker, topic string, n int) (out []string) {
	t.Helper()
	admin := kadm.NewClient(rawClient(t, b))
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		committed, err := admin.ListCommittedOffsets(t.Context(), topic)
		if err != nil {
			t.Fatal(err)
		}
		all, err := admin.ListEndOffsets(t.Context(), topic)
		if err != nil {
			t.Fatal(err)
		}
		if maps.Equal(ends(committed), ends(all)) {
			break
		}
	}
	for _, m := range topicContent(t, b.Addr, topic, n) {
		_, epoch, _ := strings.Cut(m, "@")
		if strings.Contains(m, "left") {
			epoch += " left"
		}
		out = append(out, epoch)
	}
	slices.Sort(out)
	return out
}

func ends(o kadm.ListedOffsets) map[int32]int64 {
	out := map[int32]int64{}
	o.Each(func(l kadm.ListedOffset) { out[l.Partition] = l.Offset })
	return out
}

func rawClient(t *testing.T, b *brokertest.Broker) *kgo.Client {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Addr), kgo.MaxVersions(explicit()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// leaver writes as a sink does, and leaves open what it likes.
type leaver struct {
	t         *testing.T
	client    *kgo.Client
	topic, id string
	producer  int64
	epoch     int16
	sequence  map[int32]int32
}

// ask asks until the brokers do not refuse for now: the end of the transaction before may be under way.
func ask[R any](l *leaver, request func() (R, error), code func(R) int16) (answer R) {
	l.t.Helper()
	err := insist(l.t.Context(), func() (err error) {
		if answer, err = request(); err == nil {
			err = kerr.ErrorForCode(code(answer))
		}
		return err
	})
	if err != nil {
		l.t.Fatal(err)
	}
	return answer
}

// take takes over the sink's transactional id.
func (l *leaver) take() {
	req := kmsg.NewPtrInitProducerIDRequest()
	req.TransactionalID, req.TransactionTimeoutMillis = &l.id, 60_000
	resp := ask(l, func() (*kmsg.InitProducerIDResponse, error) { return req.RequestWith(l.t.Context(), l.client) },
		func(r *kmsg.InitProducerIDResponse) int16 { return r.ErrorCode })
	l.producer, l.epoch, l.sequence = resp.ProducerID, resp.ProducerEpoch, map[int32]int32{}
}

// leave writes a message of an epoch, and the group's offset, in no transaction that the coordinator knows.
func (l *leaver) leave(partition int32, epoch int64) {
	l.produce(partition, epoch)
	req := kmsg.NewPtrTxnOffsetCommitRequest()
	req.TransactionalID, req.Group, req.ProducerID, req.ProducerEpoch, req.Generation = l.id, l.id, l.producer, l.epoch, -1
	p := kmsg.NewTxnOffsetCommitRequestTopicPartition()
	p.Offset = epoch
	topic := kmsg.NewTxnOffsetCommitRequestTopic()
	topic.Topic, topic.Partitions = l.topic, append(topic.Partitions, p)
	req.Topics = append(req.Topics, topic)
	ask(l, func() (*kmsg.TxnOffsetCommitResponse, error) { return req.RequestWith(l.t.Context(), l.client) },
		func(r *kmsg.TxnOffsetCommitResponse) int16 { return r.Topics[0].Partitions[0].ErrorCode })
}

// end writes a message in a transaction, and commits it.
func (l *leaver) end(partition int32, epoch int64) {
	add := kmsg.NewPtrAddPartitionsToTxnRequest()
	add.TransactionalID, add.ProducerID, add.ProducerEpoch = l.id, l.producer, l.epoch
	topic := kmsg.NewAddPartitionsToTxnRequestTopic()
	topic.Topic, topic.Partitions = l.topic, []int32{partition}
	add.Topics = append(add.Topics, topic)
	ask(l, func() (*kmsg.AddPartitionsToTxnResponse, error) { return add.RequestWith(l.t.Context(), l.client) },
		func(r *kmsg.AddPartitionsToTxnResponse) int16 { return r.Topics[0].Partitions[0].ErrorCode })
	l.produce(partition, epoch)
	end := kmsg.NewPtrEndTxnRequest()
	end.TransactionalID, end.ProducerID, end.ProducerEpoch, end.Commit = l.id, l.producer, l.epoch, true
	ask(l, func() (*kmsg.EndTxnResponse, error) { return end.RequestWith(l.t.Context(), l.client) },
		func(r *kmsg.EndTxnResponse) int16 { return r.ErrorCode })
}

func (l *leaver) produce(partition int32, epoch int64) {
	req := kmsg.NewPtrProduceRequest()
	req.TransactionID, req.Acks, req.TimeoutMillis = &l.id, -1, 10_000
	p := kmsg.NewProduceRequestTopicPartition()
	p.Partition, p.Records = partition, l.batch(epoch, l.sequence[partition])
	l.sequence[partition]++
	topic := kmsg.NewProduceRequestTopic()
	topic.Topic, topic.Partitions = l.topic, append(topic.Partitions, p)
	req.Topics = append(req.Topics, topic)
	ask(l, func() (*kmsg.ProduceResponse, error) { return req.RequestWith(l.t.Context(), l.client) },
		func(r *kmsg.ProduceResponse) int16 { return r.Topics[0].Partitions[0].ErrorCode })
}

// batch is one message of an epoch, as a part of a transaction.
func (l *leaver) batch(epoch int64, sequence int32) []byte {
	value, number := []byte(`{"left":true}`), strconv.AppendInt(nil, epoch, 10)
	var body []byte
	body = append(body, 0)               // attributes
	body = append(body, 0, 0)            // time and offset, after the batch's
	body = binary.AppendVarint(body, -1) // no key
	body = binary.AppendVarint(body, int64(len(value)))
	body = append(body, value...)
	body = binary.AppendVarint(body, 1) // header
	body = binary.AppendVarint(body, int64(len(epochHeader)))
	body = append(body, epochHeader...)
	body = binary.AppendVarint(body, int64(len(number)))
	body = append(body, number...)
	now := time.Now().UnixMilli()
	b := kmsg.RecordBatch{PartitionLeaderEpoch: -1, Magic: 2, Attributes: 0x10, FirstTimestamp: now, MaxTimestamp: now,
		ProducerID: l.producer, ProducerEpoch: l.epoch, FirstSequence: sequence, NumRecords: 1,
		Records: append(binary.AppendVarint(nil, int64(len(body))), body...)}
	out := b.AppendTo(nil)
	binary.BigEndian.PutUint32(out[8:], uint32(len(out)-12))
	binary.BigEndian.PutUint32(out[17:], crc32.Checksum(out[21:], crc32.MakeTable(crc32.Castagnoli)))
	return out
}
