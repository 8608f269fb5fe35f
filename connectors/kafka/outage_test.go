package kafka

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/weirdb/weir/engine"
)

// spans keeps what it is told of spans that have ended.
type spans struct {
	mu    sync.Mutex
	ended []string
}

// keptSpan is one that has not ended.
type keptSpan struct {
	of    *spans
	start engine.SpanStart
}

func (s *spans) Start(ctx context.Context, o engine.SpanStart) (context.Context, engine.Span) {
	return ctx, keptSpan{s, o}
}

func (s keptSpan) Context() engine.TraceContext { return "" }

func (s keptSpan) End(_ time.Time, _ error, attributes ...slog.Attr) {
	s.of.mu.Lock()
	defer s.of.mu.Unlock()
	text := s.start.Name
	for _, a := range attributes {
		text += " " + a.String()
	}
	s.of.ended = append(s.of.ended, text)
}

func (s *spans) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.ended...)
}

// A connection that breaks is a span, once partitions are read again: none before, one for all that it was lost for.
func TestOutageIsASpan(t *testing.T) {
	c, addr := fakeCluster(t, kfake.SeedTopics(1, "bid"))
	write(t, producer(t, addr), "bid", 0, 0, 10)
	kept := &spans{}
	r := open(t, testSource(t, "brokers="+addr, "topic=bid"), engine.ReadOptions{Tracer: kept})
	readUntil(t, r, func(s *seen) bool { return s.count() == 10 })
	var broken atomic.Int32
	c.ControlKey(int16(kmsg.Fetch), func(kmsg.Request) (kmsg.Response, error, bool) {
		if broken.Add(1) > 3 {
			return nil, nil, false
		}
		c.KeepControl()
		return nil, errors.New("broken"), true
	})
	write(t, producer(t, addr), "bid", 0, 10, 10)
	readUntil(t, r, func(s *seen) bool { return s.count() == 10 })
	for end := time.Now().Add(20 * time.Second); len(kept.all()) == 0 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if diff := cmp.Diff([]string{"reconnect src weir.source=src server.address=" + addr + " weir.partitions=1"}, kept.all()); diff != "" {
		t.Errorf("%d answers were broken off: %s", broken.Load()-1, diff)
	}
}
