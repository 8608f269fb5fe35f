package node

import (
	"context"
	"log/slog"
	"sync/atomic"

	"github.com/weirdb/weir/engine"
)

// lateSink is a sink that is opened beside the engine's start: a system that is down holds up its own sink and nothing else. It is opened
// again, as long as that fails, when there is something to deliver.
type lateSink struct {
	open     func() (engine.Sink, error)
	opening  chan opened                     // of the attempt that is under way, or that nobody has looked at; nil without
	sink     engine.Sink                     // nil until it is open
	notifier atomic.Pointer[engine.Notifier] // the sink, once it is open, if it is one
}

type opened struct {
	sink engine.Sink
	err  error
}

// newLateSink begins to open a sink. The log tells if that fails.
func newLateSink(log *slog.Logger, name string, open func() (engine.Sink, error)) *lateSink {
	s := &lateSink{open: open}
	s.begin(func() (engine.Sink, error) {
		sink, err := open()
		if err != nil { // whoever delivers tells of later failures
			log.Error("sink did not open, will retry", "sink", name, "error", err)
		}
		return sink, err
	})
	return s
}

func (s *lateSink) begin(open func() (engine.Sink, error)) {
	opening := make(chan opened, 1)
	s.opening = opening
	go func() {
		sink, err := open()
		opening <- opened{sink, err}
	}()
}

// Deliver implements engine.Sink.
func (s *lateSink) Deliver(ctx context.Context, d engine.Delivery) error {
	if err := s.await(ctx); err != nil {
		return err
	}
	return s.sink.Deliver(ctx, d)
}

// await waits until the sink is open.
func (s *lateSink) await(ctx context.Context) error {
	if s.sink != nil {
		return nil
	}
	if s.opening == nil {
		s.begin(s.open)
	}
	select {
	case o := <-s.opening:
		s.opening, s.sink = nil, o.sink
		if n, ok := o.sink.(engine.Notifier); ok {
			s.notifier.Store(&n)
		}
		return o.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Notified implements engine.Notifier.
func (s *lateSink) Notified() int64 {
	if n := s.notifier.Load(); n != nil {
		return (*n).Notified()
	}
	return 0
}

// Close implements engine.Sink. What is being opened is closed when it is.
func (s *lateSink) Close() error {
	if s.sink != nil {
		return s.sink.Close()
	}
	if opening := s.opening; opening != nil {
		go func() {
			if o := <-opening; o.err == nil {
				_ = o.sink.Close() // nothing was delivered
			}
		}()
	}
	return nil
}
