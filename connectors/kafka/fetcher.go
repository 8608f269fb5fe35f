package kafka

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// fetcher keeps one fetch request at each broker that leads a partition. The client library makes and reads the messages of the
// protocol, and finds out who leads; consuming is done here, because its consumer makes records one by one where Weir wants no
// more of them than the bytes of their values, and reads each response into new memory: that is more than half of its cost.
//
//	partitions 0, 4 ─► session with broker 1 ─┐
//	partition 3 ─────► session with broker 1 ─┼─► answers ─► reader
//	partitions 1, 5 ─► session with broker 2 ─┘
//
// A session asks for a response as soon as the one before was taken.
type fetcher struct {
	client        *kgo.Client
	dialer        dialer
	topic         string
	id            kadm.TopicID
	committedOnly bool
	log           *clientLogger
	outages       *outages
	answers       chan []answer // the partitions of one response
	rooms         roomStock
	lookUp        chan struct{} // holds a wish to look for leaders
	work          sync.WaitGroup

	mu       sync.Mutex // guards the following
	cursors  map[int32]*cursor
	paused   map[int32]bool         // partitions that are held: not asked for
	sessions map[lane]chan struct{} // wakes a session when its cursors have changed
	brokers  map[int32]string       // addresses, host:port
}

// cursor is where fetching a partition stands. next is ahead of what the reader has passed on.
type cursor struct {
	number int32
	next   int64
	read   int32     // epoch of the leader that took the record before next; -1 if not known
	leader int32     // broker; noLeader if not known
	epoch  int32     // the leader's
	held   bool      // cannot be read where it stands: the reader has to say how to go on
	lost   time.Time // when its leader did not answer; zero once one has
}

const noLeader = -1

// lane is some of the partitions that a broker leads: those with one remainder of their number by lanes. Each has a session, so
// that a broker looks for records while others are on their way.
type lane struct {
	broker    int32
	remainder int32
}

const lanes = 2

func (c *cursor) lane() lane { return lane{c.leader, c.number % lanes} }

func newFetcher(client *kgo.Client, dialer dialer, topic string, id kadm.TopicID, committedOnly bool, log *clientLogger, o *outages) *fetcher {
	return &fetcher{client: client, dialer: dialer, topic: topic, id: id, committedOnly: committedOnly, log: log, outages: o,
		answers: make(chan []answer), lookUp: make(chan struct{}, 1), cursors: map[int32]*cursor{}, sessions: map[lane]chan struct{}{},
		brokers: map[int32]string{}}
}

// run fetches until ctx is done.
func (f *fetcher) run(ctx context.Context) {
	f.work.Go(func() { f.followLeaders(ctx) })
	<-ctx.Done()
	f.work.Wait()
}

// fetch begins or goes on with a partition at a position.
func (f *fetcher) fetch(number int32, from int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := &cursor{number: number, next: from, read: -1, leader: noLeader, epoch: -1}
	if old := f.cursors[number]; old != nil {
		c.leader, c.epoch, c.lost = old.leader, old.epoch, old.lost
	}
	f.cursors[number] = c
	f.changed(c)
}

// drop ends fetching a partition.
func (f *fetcher) drop(number int32) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if c := f.cursors[number]; c != nil && !c.lost.IsZero() {
		f.outages.partitions--
	}
	delete(f.cursors, number)
}

// pause leaves partitions out of requests, in place of those that it left out before.
func (f *fetcher) pause(numbers map[int32]bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	before := f.paused
	f.paused = numbers
	for _, c := range f.cursors {
		if before[c.number] && !numbers[c.number] {
			f.changed(c)
		}
	}
}

// changed wakes whoever can do something about a cursor.
func (f *fetcher) changed(c *cursor) {
	wake := f.sessions[c.lane()]
	if wake == nil {
		f.wish()
		return
	}
	select {
	case wake <- struct{}{}:
	default:
	}
}

// led copies the cursors of a lane. Each turn begins with another one: a response that is full leaves out the last.
func (f *fetcher) led(l lane, turn int) []cursor {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []cursor
	for _, c := range f.cursors {
		if c.lane() == l && !c.held && !f.paused[c.number] {
			out = append(out, *c)
		}
	}
	if len(out) == 0 {
		return nil
	}
	slices.SortFunc(out, func(a, b cursor) int { return int(a.number) - int(b.number) })
	first := turn % len(out)
	return append(out[first:len(out):len(out)], out[:first]...)
}

// request asks a broker that is so far away.
func (f *fetcher) request(cursors []cursor, trip time.Duration) *kmsg.FetchRequest {
	answer, part := appetite(trip, len(cursors))
	topic := kmsg.NewFetchRequestTopic()
	topic.Topic, topic.TopicID = f.topic, f.id
	for _, c := range cursors {
		p := kmsg.NewFetchRequestTopicPartition()
		p.Partition, p.FetchOffset, p.PartitionMaxBytes = c.number, c.next, part
		p.CurrentLeaderEpoch, p.LastFetchedEpoch = c.epoch, c.read
		topic.Partitions = append(topic.Partitions, p)
	}
	r := kmsg.NewPtrFetchRequest()
	r.MaxBytes, r.MinBytes, r.MaxWaitMillis = answer, 1, int32(fetchWait.Milliseconds())
	r.SessionEpoch = -1 // no session: each request says all that it wants
	r.Topics = []kmsg.FetchRequestTopic{topic}
	if f.committedOnly {
		r.IsolationLevel = 1
	}
	return r
}

// read takes in a response, which lies in room, and moves the cursors on behind what it has.
func (f *fetcher) read(asked []cursor, response *kmsg.FetchResponse, room *room) []answer {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []answer
	for i := range response.Topics {
		for k := range response.Topics[i].Partitions {
			p := &response.Topics[i].Partitions[k]
			at := slices.IndexFunc(asked, func(c cursor) bool { return c.number == p.Partition })
			c := f.cursors[p.Partition]
			if at < 0 || c == nil || c.next != asked[at].next || c.leader != asked[at].leader {
				continue // the reader has gone elsewhere meanwhile
			}
			if a, news := f.take(c, p); news {
				a.room = room
				out = append(out, a)
			}
		}
	}
	return out
}

// errTruncated says that the brokers no longer have what had been read.
var errTruncated = errors.New("the partition now ends before this offset: the brokers lost data that had been read")

// take reports false if there is nothing to tell the reader.
func (f *fetcher) take(c *cursor, p *kmsg.FetchResponseTopicPartition) (answer, bool) {
	err := kerr.ErrorForCode(p.ErrorCode)
	if err == nil && p.DivergingEpoch.EndOffset >= 0 && p.DivergingEpoch.EndOffset < c.next {
		err = errTruncated
	}
	switch {
	case err == nil:
		a := readPartition(p, c.next, f.committedOnly)
		c.next, c.held = a.next, a.err != nil
		if a.epoch >= 0 {
			c.read = a.epoch
		}
		return a, a.next > a.from || a.err != nil
	case kerr.IsRetriable(err) || unknownTopic(err): // the watcher tells when a topic is really gone
		c.leader = noLeader
		f.changed(c)
		return answer{}, false
	}
	c.held = true
	return answer{number: c.number, from: c.next, next: c.next, high: p.HighWatermark, err: err}, true
}
