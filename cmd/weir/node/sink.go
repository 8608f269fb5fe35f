package node

import (
	"context"

	"github.com/weirdb/weir/engine"
)

// lateSink stands for a sink that could not be opened at the start. It is opened when there is something to deliver: a system
// that is down then holds up its own sink and nothing else.
type lateSink struct {
	open func() (engine.Sink, error)
	sink engine.Sink // nil until it could be opened
}

// Deliver implements engine.Sink.
func (s *lateSink) Deliver(ctx context.Context, d engine.Delivery) error {
	if s.sink == nil {
		sink, err := s.open()
		if err != nil {
			return err
		}
		s.sink = sink
	}
	return s.sink.Deliver(ctx, d)
}

// Close implements engine.Sink.
func (s *lateSink) Close() error {
	if s.sink == nil {
		return nil
	}
	return s.sink.Close()
}
