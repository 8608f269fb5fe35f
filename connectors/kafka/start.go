package kafka

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/metadata"
)

// bounds say where the partitions of a topic begin and end now.
//
//	start            stable       high
//	  ▼                ▼            ▼
//	──┬────────────────┬────────────┬
//	  │ committed      │ open       │ next record to be written
//	──┴────────────────┴────────────┴
type bounds struct {
	start, stable, high kadm.ListedOffsets
}

func listBounds(ctx context.Context, admin *kadm.Client, topic string, committedOnly bool) (b bounds, err error) {
	if b.start, err = listed(admin.ListStartOffsets(ctx, topic)); err != nil {
		return b, fmt.Errorf("kafka: list where %s begins: %w", topic, err)
	}
	if b.high, err = listed(admin.ListEndOffsets(ctx, topic)); err != nil {
		return b, fmt.Errorf("kafka: list where %s ends: %w", topic, err)
	}
	b.stable = b.high
	if !committedOnly {
		return b, nil
	}
	if b.stable, err = listed(admin.ListCommittedOffsets(ctx, topic)); err != nil {
		return b, fmt.Errorf("kafka: list where the committed part of %s ends: %w", topic, err)
	}
	return b, nil
}

// listed turns the error of a single partition into one of the listing.
func listed(l kadm.ListedOffsets, err error) (kadm.ListedOffsets, error) {
	if err != nil {
		return l, err
	}
	return l, l.Error()
}

func (s *source) open(ctx context.Context, client *kgo.Client, o engine.ReadOptions) (*reader, error) {
	admin := kadm.NewClient(client)
	detail, b, err := s.ask(ctx, client, admin)
	if err != nil {
		return nil, err
	}
	r := newReader(s, client, admin, o.Bounded)
	r.aside = o.Aside
	r.tracer = cmp.Or(o.Tracer, engine.Untraced)
	r.meta = o.Traces || metadata.Messages(o.Metadata)
	for _, d := range detail.Partitions.Sorted() {
		if err := r.begin(d.Partition, b, o); err != nil {
			return nil, err
		}
	}
	r.run(detail.ID)
	r.consume()
	return r, nil
}

// ask has the brokers say which partitions there are, and where they begin and end.
func (s *source) ask(ctx context.Context, client *kgo.Client, admin *kadm.Client) (detail kadm.TopicDetail, b bounds, err error) {
	if err := connect(ctx, client, s.options, s.connect); err != nil {
		return detail, b, err
	}
	bounded, cancel := context.WithTimeout(ctx, s.connect)
	defer cancel()
	if detail, err = patiently(bounded, func() (kadm.TopicDetail, error) { return describe(bounded, admin, s.options) }); err != nil {
		return detail, b, err
	}
	b, err = patiently(bounded, func() (bounds, error) { return listBounds(bounded, admin, s.options["topic"], s.committedOnly()) })
	return detail, b, err
}

// begin adds a partition at the position that the engine names, or else where the source's option says.
func (r *reader) begin(number int32, b bounds, o engine.ReadOptions) error {
	topic := r.source.options["topic"]
	start, high := b.start[topic][number].Offset, b.high[topic][number].Offset
	p := newPartition(number, start)
	if o.Bounded {
		p.end = b.stable[topic][number].Offset
	}
	from, known := o.From[p.name]
	if !known && r.source.options["auto_offset_reset"] == "latest" {
		from, known = o.NotAfter[p.name]
	}
	switch {
	case known && from > high:
		return fmt.Errorf("kafka: read %s[%d] from offset %d: the partition ends at %d; if the topic was deleted and created again, "+
			"or lost data, drop the source and create it again: %w", topic, number, from, high, engine.ErrGone)
	case known && from < start:
		p.next = from
		r.pending = append(r.pending, r.lose(p, start))
	case known:
		p.next = from
	case r.source.options["auto_offset_reset"] == "latest" && len(o.From)+len(o.NotAfter) == 0:
		// A partition that was added to a source already being read begins at its first record even so.
		p.next = high
	}
	p.high = high
	r.add(p)
	return nil
}

// consume starts fetching every partition that has something to read, and reports the others.
func (r *reader) consume() {
	for _, p := range r.partitions {
		if p.next >= p.end {
			r.pending = append(r.pending, r.finish(p))
			continue
		}
		r.fetcher.fetch(p.number, p.next)
		if p.next == p.high {
			r.pending = append(r.pending, p.report(time.Now()))
		}
	}
}

func (r *reader) add(p *partition) {
	at, _ := slices.BinarySearchFunc(r.partitions, p.number, func(q *partition, n int32) int { return int(q.number) - int(n) })
	r.partitions = slices.Insert(r.partitions, at, p)
	r.byNumber[p.number] = p
}

func partitionName(number int32) string { return strconv.Itoa(int(number)) }
