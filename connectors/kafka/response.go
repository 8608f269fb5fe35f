package kafka

import (
	"errors"
	"slices"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/weirdb/weir/engine"
)

// answer is what a broker said about one partition.
type answer struct {
	number  int32
	from    int64           // the position that was asked for
	next    int64           // the one behind what was sent
	high    int64           // where the partition ends
	batches []batch         // with data, not aborted
	old     []engine.Record // records in a format from before Kafka 0.11, which have no batches
	epoch   int32           // of the leader that took the last batch; -1 if there is none
	meta    bool            // records are to have what they say beside their values
	room    *room           // the memory that batches and old lie in
	err     error           // the partition cannot be read
}

// readPartition looks at the heads of the batches sent for one partition, from a position on.
//
//	from ▼                          next ▼
//	 ────┬────────┬──────────┬───────────┬──
//	     │ data   │ control  │ aborted   │      data is kept, the others only move next on
//	 ────┴────────┴──────────┴───────────┴──
func readPartition(p *kmsg.FetchResponseTopicPartition, from int64, committedOnly bool) answer {
	a := answer{number: p.Partition, from: from, next: from, high: p.HighWatermark, epoch: -1}
	aborted := newAborted(p.AbortedTransactions, committedOnly)
	for raw := p.RecordBatches; ; {
		b, rest, err := nextBatch(raw)
		switch {
		case errors.Is(err, errOldFormat):
			a.readOld(p, committedOnly)
			return a
		case err != nil:
			a.err = err
			return a
		case b == nil:
			return a
		}
		raw = rest
		a.take(b, aborted)
	}
}

func (a *answer) take(b batch, aborted aborted) {
	a.epoch = b.leaderEpoch()
	last := b.lastOffset()
	if last < a.next {
		return
	}
	a.next = last + 1
	switch {
	case b.control():
		aborted.ended(b)
	case !aborted.holds(b):
		a.batches = append(a.batches, b)
	}
}

// readOld leaves formats that brokers have not written since 2017 to the client library.
func (a *answer) readOld(p *kmsg.FetchResponseTopicPartition, committedOnly bool) {
	o := kgo.ProcessFetchPartitionOpts{Partition: p.Partition, Offset: a.from}
	if committedOnly {
		o.IsolationLevel = kgo.ReadCommitted()
	}
	got, next := kgo.ProcessFetchPartition(o, p, kgo.DefaultDecompressor(), nil)
	a.batches, a.next, a.err = nil, max(a.from, next), got.Err
	for _, r := range got.Records {
		a.old = append(a.old, engine.Record{Offset: r.Offset, Value: r.Value, Meta: metaOf(r)})
	}
}

// aborted are the aborted transactions in one partition's part of a response: by producer, where each began, ascending.
type aborted map[int64][]int64

func newAborted(list []kmsg.FetchResponseTopicPartitionAbortedTransaction, committedOnly bool) aborted {
	if !committedOnly || len(list) == 0 {
		return nil
	}
	out := aborted{}
	for _, t := range list {
		out[t.ProducerID] = append(out[t.ProducerID], t.FirstOffset)
	}
	for _, firsts := range out {
		slices.Sort(firsts) // not every broker sends them so
	}
	return out
}

// holds reports whether a batch of data belongs to an aborted transaction.
func (t aborted) holds(b batch) bool {
	if len(t) == 0 || !b.transactional() {
		return false
	}
	firsts := t[b.producer()]
	return len(firsts) > 0 && b.firstOffset() >= firsts[0]
}

// ended takes in a control batch. A marker that aborts ends its producer's oldest aborted transaction.
func (t aborted) ended(b batch) {
	if firsts := t[b.producer()]; len(firsts) > 0 && b.aborts() {
		t[b.producer()] = firsts[1:]
	}
}

// aborts reports whether a control batch holds the marker of an abort: its key is a version and type 0, of two bytes each.
func (b batch) aborts() bool {
	in := []byte(b[headLength:])
	if _, n := varint(in); n > 0 {
		in = in[n:]
	}
	if len(in) == 0 {
		return false
	}
	p := 1
	for range 2 { // the deltas of timestamp and offset
		if p > len(in) {
			return false
		}
		_, n := varint(in[p:])
		if n <= 0 {
			return false
		}
		p += n
	}
	key, _, ok := sized(in, p)
	return ok && len(key) >= 4 && key[2] == 0 && key[3] == 0
}
