package runtime

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/weirdb/weir/engine"
)

// sinkRun delivers one sink's outbox, epoch after epoch, and never skips one.
type sinkRun struct {
	Sink
	wake chan struct{} // something may have been committed

	mu        sync.Mutex
	delivered int64
	pending   int64
	failures  int64 // deliveries that failed
	failed    error
}

// sinkPause is how long a sink waits after a failed delivery.
const sinkPause = time.Second

// sinkBatch is how many epochs are taken from the outbox at once.
const sinkBatch = 16

func (s *sinkRun) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// startSinks delivers in the background until ctx is done.
func (e *Engine) startSinks(ctx context.Context) *sync.WaitGroup {
	var wg sync.WaitGroup
	for _, s := range e.sinks {
		if s.Paused {
			e.lookAt(ctx, s)
			continue
		}
		s.poke() // what an earlier run has left
		wg.Go(func() {
			for {
				select {
				case <-s.wake:
				case <-ctx.Done():
					return
				}
				if in, err := e.deliver(ctx, s); err != nil && ctx.Err() == nil {
					e.config.Log.ErrorContext(in, "sink failed, will retry", "sink", s.Name, "error", err)
					time.AfterFunc(sinkPause, s.poke)
				}
			}
		})
	}
	return &wg
}

// deliver empties a sink's outbox. With an error it returns the context of the delivery that has failed.
func (e *Engine) deliver(ctx context.Context, s *sinkRun) (in context.Context, err error) {
	for {
		var pending []engine.Delivery
		in = ctx
		pending, err = e.config.Outbox.Pending(ctx, s.Name, sinkBatch)
		s.note(len(pending))
		if err == nil && len(pending) > 0 {
			in, err = e.deliverAll(ctx, s, pending)
		}
		s.mu.Lock()
		if s.failed = err; err != nil {
			s.failures++
		} else {
			s.pending = 0
		}
		s.mu.Unlock()
		if err != nil || len(pending) == 0 {
			return in, err
		}
	}
}

// note notes how many epochs wait.
func (s *sinkRun) note(pending int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending = int64(pending)
}

func (e *Engine) deliverAll(ctx context.Context, s *sinkRun, pending []engine.Delivery) (in context.Context, err error) {
	defer func() {
		for _, d := range pending {
			release(d.Changes)
		}
	}()
	for _, d := range pending {
		if in, err := e.deliverOne(ctx, s, d); err != nil {
			return in, err
		}
	}
	return ctx, nil
}

// deliverOne delivers an epoch within a span, whose context it returns.
func (e *Engine) deliverOne(ctx context.Context, s *sinkRun, d engine.Delivery) (in context.Context, err error) {
	rows := countRows(d.Changes)
	in, span := e.tracing.startDelivery(ctx, s, d.Epoch)
	defer func() { span.End(time.Time{}, err, slog.Int64("weir.rows", rows)) }()
	d.Trace = span.Context()
	if err := s.Sink.Sink.Deliver(in, d); err != nil {
		return in, fmt.Errorf("sink %s: deliver epoch %d: %w", s.Name, d.Epoch, err)
	}
	if err := e.config.Outbox.Done(in, s.Name, d.Epoch); err != nil {
		return in, fmt.Errorf("sink %s: confirm epoch %d: %w", s.Name, d.Epoch, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delivered += rows
	return in, nil
}

// drainTries is how often a bounded run tries each sink before it gives up.
const drainTries = 3

// drainSinks delivers what is left when the input has ended. What a sink does not take stays in the outbox, for the next run.
func (e *Engine) drainSinks(ctx context.Context) error {
	var errs []error
	for _, s := range e.sinks {
		if s.Paused {
			continue
		}
		_, err := e.deliver(ctx, s)
		for try := 1; err != nil && try < drainTries && ctx.Err() == nil; try++ {
			time.Sleep(sinkPause)
			_, err = e.deliver(ctx, s)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%w; the next run delivers what is left", err))
		}
	}
	return errors.Join(errs...)
}
