package latency

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/benchmarks/kafka/bids"
)

const (
	// linger is how long the producer waits for more events to send with one.
	linger = time.Millisecond
	// pulse is how often it sends what is due.
	pulse = time.Millisecond
	// partitions of the topic.
	partitions = 4
	// templateCount is how many different bids there are.
	templateCount = 20_000
	// windowSize is that of the windows that close.
	windowSize = 100 * time.Millisecond
)

// template is a bid with its time left out.
type template struct{ before, after []byte }

// templates are bids to be sent again and again, each time with the present time.
func templates(ctx context.Context, seed int64) ([]template, error) {
	var out []template
	mark := []byte(`"date_time":"`)
	err := bids.Generate(ctx, templateCount, 1, seed, func(c bids.Chunk) error {
		for _, line := range c.Lines {
			at := bytes.Index(line, mark) + len(mark)
			out = append(out, template{line[:at], line[at+len(bids.TimeLayout):]})
		}
		return nil
	})
	return out, err
}

// load sends events at a rate. An event is due at start + its number / rate, and that is its date_time, in milliseconds.
type load struct {
	client *kgo.Client
	topic  string
	lines  []template
	rate   int
	every  int // one event in so many is a probe
	total  int

	start   time.Time
	probes  []time.Time           // when each was due
	windows map[int64]int64       // events by the start of their window, in µs since 1970
	latest  [partitions]time.Time // date_time of each partition's last event
	behind  time.Duration         // the longest that an event was sent after it was due
	acked   atomic.Int64
	failed  atomic.Pointer[error]
	took    time.Duration // from the start to the last event's acknowledgement
}

// run sends all events and waits until the brokers have them.
func (l *load) run(ctx context.Context) error {
	l.start, l.windows = time.Now(), map[int64]int64{}
	tick := time.NewTicker(pulse)
	defer tick.Stop()
	for sent := 0; sent < l.total; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		due := min(l.total, int(time.Since(l.start).Seconds()*float64(l.rate))+1)
		l.send(ctx, sent, due)
		sent = max(sent, due)
	}
	if err := l.client.Flush(ctx); err != nil {
		return err
	}
	l.took = time.Since(l.start)
	if err := l.failed.Load(); err != nil {
		return fmt.Errorf("produce: %w", *err)
	}
	if n := l.acked.Load(); n != int64(l.total) {
		return errors.New("produce: " + strconv.FormatInt(n, 10) + " events are acknowledged, want " + strconv.Itoa(l.total))
	}
	return nil
}

// dueAt is when an event is due.
func (l *load) dueAt(event int) time.Time {
	return l.start.Add(time.Duration(float64(event) / float64(l.rate) * float64(time.Second)))
}

// send produces the events from one number to another. They share a buffer: it lives until the last is acknowledged.
func (l *load) send(ctx context.Context, from, to int) {
	buf := make([]byte, 0, (to-from)*300)
	for event := from; event < to; event++ {
		at := l.dueAt(event)
		begin := len(buf)
		partition := event % partitions
		if event%l.every == 0 {
			partition = len(l.probes) % partitions
			buf = appendProbe(buf, len(l.probes), at)
			l.probes = append(l.probes, at)
		} else {
			t := l.lines[event%len(l.lines)]
			buf = append(at.UTC().AppendFormat(append(buf, t.before...), bids.TimeLayout), t.after...)
		}
		l.count(partition, at)
		l.client.Produce(ctx, &kgo.Record{Topic: l.topic, Partition: int32(partition), Value: buf[begin:len(buf):len(buf)]}, l.done)
	}
	if from < to {
		l.behind = max(l.behind, time.Since(l.dueAt(from)))
	}
}

// probeBidder is no real bidder's number: the probes' view looks for it.
const probeBidder = 0

// appendProbe appends a bid that the probes' view lets pass, with the probe's number as its auction.
func appendProbe(buf []byte, number int, at time.Time) []byte {
	buf = strconv.AppendInt(append(buf, `{"auction":`...), int64(number), 10)
	buf = append(buf, `,"bidder":0,"price":100,"channel":"probe","url":"https://www.nexmark.com/","date_time":"`...)
	return append(at.UTC().AppendFormat(buf, bids.TimeLayout), `","extra":""}`...)
}

// count notes an event for the check of the windows.
func (l *load) count(partition int, at time.Time) {
	l.latest[partition] = at.Truncate(time.Millisecond)
	l.windows[at.Truncate(windowSize).UnixMicro()]++
}

// watermark is where the views' watermark must come to: the views have no delay.
func (l *load) watermark() time.Time {
	return slices.MinFunc(l.latest[:], time.Time.Compare)
}

func (l *load) done(_ *kgo.Record, err error) {
	if err != nil {
		l.failed.CompareAndSwap(nil, &err)
		return
	}
	l.acked.Add(1)
}
