package kafka

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/weirdb/weir/engine"
)

// describeEvery is how many ticks pass between two looks at the topic itself.
const describeEvery = 10

// news is what the brokers said about the topic at one moment.
type news struct {
	at   time.Time
	high map[int32]int64 // where each partition ends
	err  error           // the topic is no longer what it was
}

// watcher asks the brokers at each tick where the partitions end, and whether there are new ones. The client fetches
// nothing from a quiet partition, so this is how one knows that it is quiet and not out of reach.
type watcher struct {
	admin   *kadm.Client
	source  *source
	topic   string
	id      kadm.TopicID
	missing int       // times in a row that the topic was not there
	mail    chan news // holds the latest only
}

func newWatcher(admin *kadm.Client, s *source, id kadm.TopicID) *watcher {
	return &watcher{admin: admin, source: s, topic: s.options["topic"], id: id, mail: make(chan news, 1)}
}

func (w *watcher) run(ctx context.Context) {
	ticker := time.NewTicker(w.source.tick)
	defer ticker.Stop()
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		w.listen(ctx)
		if n%describeEvery == 0 {
			w.describe(ctx)
		}
	}
}

// listen asks where the partitions end. An outage brings no news: the client logs it and reconnects by itself.
func (w *watcher) listen(ctx context.Context) {
	asked := time.Now()
	ends, err := w.admin.ListEndOffsets(ctx, w.topic)
	if err != nil {
		return
	}
	high := map[int32]int64{}
	for number, l := range ends[w.topic] {
		if l.Err == nil {
			high[number] = l.Offset
		}
	}
	w.send(news{at: asked, high: high})
}

// describe looks whether the topic is still the one that the positions belong to.
func (w *watcher) describe(ctx context.Context) {
	detail, err := describe(ctx, w.admin, w.source.options)
	switch {
	case err != nil && !unknownTopic(detail.Err):
		return
	case err != nil:
		if w.missing++; w.missing > 1 {
			w.send(news{err: fmt.Errorf("kafka: topic %s was deleted while it was read: %w", w.topic, detail.Err)})
		}
	case detail.ID != w.id:
		w.send(news{err: fmt.Errorf("kafka: topic %s was deleted and created again, so offsets start over; drop the source and create it again", w.topic)})
	default:
		w.missing = 0
	}
}

// send replaces what has not been read yet, unless that was an error.
func (w *watcher) send(n news) {
	select {
	case old := <-w.mail:
		if old.err != nil {
			n = old
		}
	default:
	}
	w.mail <- n // never blocks: this goroutine alone writes
}

// hear takes in what the watcher has found: new partitions, and quiet ones to report.
func (r *reader) hear() ([]engine.Fetch, error) {
	var n news
	select {
	case n = <-r.watcher.mail:
	default:
		return nil, nil
	}
	if n.err != nil {
		return nil, n.err
	}
	now := time.Now()
	if now.Sub(n.at) > 3*r.source.tick {
		return nil, nil // nobody polled for a while, and then the brokers went silent
	}
	r.join(n)
	var out []engine.Fetch
	for _, p := range r.partitions {
		high, known := n.high[p.number]
		if !known || p.ended || now.Sub(p.told) < r.source.tick/2 {
			continue
		}
		p.high = high
		out = append(out, r.ending(p, p.report(now)))
	}
	return out, nil
}

// join adds partitions that the topic did not have before, from their first record. A bounded read leaves them out.
func (r *reader) join(n news) {
	for number, high := range n.high {
		if r.byNumber[number] != nil || r.bounded {
			continue
		}
		p := newPartition(number, 0)
		p.high = high
		r.add(p)
		r.fetcher.fetch(number, 0)
	}
}
