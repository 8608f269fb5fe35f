package kafka

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"
)

// hanging is what a transaction has left open that the brokers take for ended. They should never: but a broker that comes back, with a
// transaction whose end was decided and not yet written everywhere, may not know the partitions' leaders yet. It takes these partitions for
// deleted then, writes no end to them, and calls the transaction complete (seen with Kafka 4.3.1: "Couldn't find leader endpoint for
// partitions … these partitions are likely deleted already and hence can be skipped").
//
//	coordinator   7 decided ── restart ──► 7 complete
//	out-0         7 7 7 ┄┄┄┄                no end: who reads what is committed gets no further, and the next end of ours,
//	group         7 ┄┄┄┄                    commit or abort, would be the end of these as well
//
// So it is ended before anything else is written: committed if epoch 7 counts as delivered or can be seen in another partition, which
// had its end; aborted otherwise, and 7 comes again.
type hanging struct {
	ledger *ledger
	client *kgo.Client // speaks the protocol in which partitions are put into a transaction without data
	admin  *kadm.Client
	open   map[int32]int64 // where the open transaction begins, by partition
	ended  map[int32]int64 // where nothing of ours is open: when it ended, in ms since 1970
	since  time.Time       // no record of the transaction is older; zero if that is not known
}

// explicit are the versions of requests with which a client says which partitions are in a transaction.
func explicit() *kversion.Versions { return kversion.V3_4_0() }

// look finds what hangs of our producer, which must have no transaction under way: taking over the transactional id sees to that.
func (l *ledger) look(ctx context.Context, partitions []int32) (*hanging, error) {
	client, err := l.connect(kgo.MaxVersions(explicit()))
	if err != nil {
		return nil, err
	}
	h := &hanging{ledger: l, client: client, admin: kadm.NewClient(client), open: map[int32]int64{}, ended: map[int32]int64{}}
	if err := insist(ctx, func() error { return h.describe(ctx, partitions) }); err != nil {
		h.close()
		return nil, err
	}
	return h, nil
}

func (h *hanging) describe(ctx context.Context, partitions []int32) error {
	topics, err := h.admin.DescribeProducers(ctx, kadm.TopicsSet{h.ledger.topic: setOf(partitions)})
	if err != nil {
		return err
	}
	for _, p := range topics[h.ledger.topic].Partitions {
		if p.Err != nil {
			return p.Err
		}
		switch ours, ok := p.ActiveProducers[h.ledger.producer]; {
		case ok && ours.CurrentTxnStartOffset >= 0:
			h.open[p.Partition] = ours.CurrentTxnStartOffset
		case ok:
			h.ended[p.Partition] = ours.LastTimestamp
		}
	}
	return nil
}

func setOf(partitions []int32) map[int32]struct{} {
	out := map[int32]struct{}{}
	for _, p := range partitions {
		out[p] = struct{}{}
	}
	return out
}

func (h *hanging) close() { h.client.Close() }

// end ends it. next is the epoch that is to be delivered: those before it count as delivered.
func (h *hanging) end(ctx context.Context, next int64) error {
	commit, err := h.counts(ctx, next)
	if err != nil {
		return fmt.Errorf("find out whether it was committed: %w", err)
	}
	h.ledger.log.Warn("the brokers have left a transaction open that they call complete, ending it", "transactional_id", h.ledger.id,
		"partitions", slices.Sorted(maps.Keys(h.open)), "commit", commit)
	for _, step := range []func(context.Context, bool) error{h.addPartitions, h.addGroup, h.finish} {
		if err := insist(ctx, func() error { return step(ctx, commit) }); err != nil {
			return err
		}
	}
	return nil
}

// counts reports whether what hangs is of an epoch that must be in the topic: one before next, or next if its end was written to
// some partition, as a commit.
func (h *hanging) counts(ctx context.Context, next int64) (bool, error) {
	for p, at := range h.open {
		first, err := h.recordAt(ctx, p, at)
		if err != nil {
			return false, err
		}
		if epoch, err := epochOf(first); err != nil || epoch < next {
			return err == nil, err
		}
		h.since = first.Timestamp.Add(-deliverTimeout)
	}
	return h.seen(ctx, next)
}

// recordAt is the record with which an open transaction begins.
func (h *hanging) recordAt(ctx context.Context, partition int32, offset int64) (first *kgo.Record, err error) {
	err = h.read(ctx, partition, offset, kgo.ReadUncommitted(), func(r *kgo.Record) bool {
		first = r
		return false
	})
	if err == nil && first == nil {
		err = fmt.Errorf("record %d of partition %d cannot be read", offset, partition)
	}
	return first, err
}

// seen reports whether an epoch of ours is in a partition for everyone to see.
func (h *hanging) seen(ctx context.Context, epoch int64) (bool, error) {
	for p, last := range h.ended {
		since := h.since
		if since.IsZero() {
			since = time.UnixMilli(last).Add(-lookBack)
		}
		if found, err := h.seenIn(ctx, p, since, epoch); found || err != nil {
			return found, err
		}
	}
	return false, nil
}

// lookBack is how long the end of a transaction may have come after its records.
const lookBack = 10 * time.Minute

func (h *hanging) seenIn(ctx context.Context, partition int32, since time.Time, epoch int64) (found bool, err error) {
	from, err := h.admin.ListOffsetsAfterMilli(ctx, since.UnixMilli(), h.ledger.topic)
	if err != nil {
		return false, err
	}
	to, err := h.admin.ListCommittedOffsets(ctx, h.ledger.topic)
	if err != nil {
		return false, err
	}
	begin, _ := from.Lookup(h.ledger.topic, partition)
	end, _ := to.Lookup(h.ledger.topic, partition)
	if err := errors.Join(begin.Err, end.Err); err != nil || begin.Offset >= end.Offset {
		return false, err
	}
	err = h.read(ctx, partition, begin.Offset, kgo.ReadCommitted(), func(r *kgo.Record) bool {
		if r.ProducerID == h.ledger.producer {
			of, err := epochOf(r)
			found = err == nil && of == epoch
		}
		return !found && r.Offset < end.Offset-2 // behind the last record is the mark of its transaction's end
	})
	return found, err
}

// read gives a partition's records until more says that none is wanted, or the broker has brought none for a while.
func (h *hanging) read(ctx context.Context, partition int32, offset int64, isolation kgo.IsolationLevel, more func(*kgo.Record) bool) error {
	at := map[string]map[int32]kgo.Offset{h.ledger.topic: {partition: kgo.NewOffset().At(offset)}}
	client, err := h.ledger.connect(kgo.ConsumePartitions(at), kgo.FetchIsolationLevel(isolation))
	if err != nil {
		return err
	}
	defer client.Close()
	for {
		quiet, cancel := context.WithTimeout(ctx, readPatience)
		fetches := client.PollFetches(quiet)
		cancel()
		for records := fetches.RecordIter(); !records.Done(); {
			if !more(records.Next()) {
				return nil
			}
		}
		err := fetches.Err0()
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// readPatience is how long a broker may bring no record that is to be read.
const readPatience = 3 * time.Second

// epochOf is the epoch that a record of ours is of.
func epochOf(r *kgo.Record) (int64, error) {
	for _, h := range r.Headers {
		if h.Key == epochHeader {
			return strconv.ParseInt(string(h.Value), 10, 64)
		}
	}
	return -1, fmt.Errorf("record %d of partition %d has no header %s", r.Offset, r.Partition, epochHeader)
}

func (h *hanging) addPartitions(ctx context.Context, _ bool) error {
	if len(h.open) == 0 {
		return nil
	}
	req := kmsg.NewPtrAddPartitionsToTxnRequest()
	req.TransactionalID, req.ProducerID, req.ProducerEpoch = h.ledger.id, h.ledger.producer, h.ledger.generation
	topic := kmsg.NewAddPartitionsToTxnRequestTopic()
	topic.Topic, topic.Partitions = h.ledger.topic, slices.Sorted(maps.Keys(h.open))
	req.Topics = append(req.Topics, topic)
	resp, err := req.RequestWith(ctx, h.client)
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

func (h *hanging) addGroup(ctx context.Context, _ bool) error {
	return h.ledger.join(ctx, h.client, h.ledger.producer, h.ledger.generation)
}

func (h *hanging) finish(ctx context.Context, commit bool) error {
	req := kmsg.NewPtrEndTxnRequest()
	req.TransactionalID, req.ProducerID, req.ProducerEpoch, req.Commit = h.ledger.id, h.ledger.producer, h.ledger.generation, commit
	resp, err := req.RequestWith(ctx, h.client)
	if err != nil {
		return err
	}
	return kerr.ErrorForCode(resp.ErrorCode)
}
