package runtime

import (
	"context"
	"errors"
	"fmt"
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
				if err := e.deliver(ctx, s); err != nil && ctx.Err() == nil {
					e.config.Log.Error("sink failed, will retry", "sink", s.Name, "error", err)
					time.AfterFunc(sinkPause, s.poke)
				}
			}
		})
	}
	return &wg
}

// deliver empties a sink's outbox.
func (e *Engine) deliver(ctx context.Context, s *sinkRun) error {
	for {
		pending, err := e.config.Outbox.Pending(ctx, s.Name, sinkBatch)
		s.note(len(pending))
		if err == nil && len(pending) > 0 {
			err = e.deliverAll(ctx, s, pending)
		}
		s.mu.Lock()
		if s.failed = err; err != nil {
			s.failures++
		} else {
			s.pending = 0
		}
		s.mu.Unlock()
		if err != nil || len(pending) == 0 {
			return err
		}
	}
}

// note notes how many epochs wait.
func (s *sinkRun) note(pending int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending = int64(pending)
}

func (e *Engine) deliverAll(ctx context.Context, s *sinkRun, pending []engine.Delivery) error {
	defer func() {
		for _, d := range pending {
			release(d.Changes)
		}
	}()
	for _, d := range pending {
		if err := s.Sink.Sink.Deliver(ctx, d); err != nil {
			return fmt.Errorf("sink %s: deliver epoch %d: %w", s.Name, d.Epoch, err)
		}
		if err := e.config.Outbox.Done(ctx, s.Name, d.Epoch); err != nil {
			return fmt.Errorf("sink %s: confirm epoch %d: %w", s.Name, d.Epoch, err)
		}
		rows := int64(0)
		for _, b := range d.Changes {
			rows += b.Rows.NumRows()
		}
		s.mu.Lock()
		s.delivered += rows
		s.mu.Unlock()
	}
	return nil
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
		err := e.deliver(ctx, s)
		for try := 1; err != nil && try < drainTries && ctx.Err() == nil; try++ {
			time.Sleep(sinkPause)
			err = e.deliver(ctx, s)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%w; the next run delivers what is left", err))
		}
	}
	return errors.Join(errs...)
}
