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

	told   string    // the error that the log has told last; belongs to runSink
	toldAt time.Time // when it did

	mu        sync.Mutex
	delivered int64
	failures  int64 // deliveries that failed
	inRow     int   // of these, since the last one that went well
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
			continue
		}
		s.poke() // what an earlier run has left
		wg.Go(func() { e.runSink(ctx, s) })
	}
	return &wg
}

// runSink delivers whenever something may have been committed. After a failure it waits, whatever is committed meanwhile.
func (e *Engine) runSink(ctx context.Context, s *sinkRun) {
	for {
		select {
		case <-s.wake:
		case <-ctx.Done():
			return
		}
		in, err := e.deliver(ctx, s)
		if err == nil {
			continue
		}
		if ctx.Err() == nil {
			e.tellSink(in, s, err)
		}
		select {
		case <-time.After(sinkPause):
			s.poke()
		case <-ctx.Done():
			return
		}
	}
}

// tellPause is how long the log says nothing of a sink that fails in the same way again and again.
const tellPause = time.Minute

// tellSink logs that a sink has failed: for the first time, in another way than before, or after a while.
func (e *Engine) tellSink(in context.Context, s *sinkRun, err error) {
	now := e.config.Now()
	if s.failuresInRow() > 1 && err.Error() == s.told && now.Sub(s.toldAt) < tellPause {
		return
	}
	s.told, s.toldAt = err.Error(), now
	e.config.Log.ErrorContext(in, "sink failed, will retry", "sink", s.Name, "error", err)
}

// deliver empties a sink's outbox. With an error it returns the context of the delivery that has failed.
func (e *Engine) deliver(ctx context.Context, s *sinkRun) (in context.Context, err error) {
	for {
		var pending []engine.Delivery
		in = ctx
		pending, err = e.config.Outbox.Pending(ctx, s.Name, sinkBatch)
		if err == nil && len(pending) > 0 {
			in, err = e.deliverAll(ctx, s, pending)
		}
		s.mu.Lock()
		if s.failed = err; err != nil {
			s.failures++
			s.inRow++
		} else {
			s.inRow = 0
		}
		s.mu.Unlock()
		if err != nil || len(pending) == 0 {
			return in, err
		}
	}
}

// failuresInRow is how many deliveries have failed since the last one that went well.
func (s *sinkRun) failuresInRow() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.inRow
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
	done := context.WithoutCancel(in) // an engine that ends between the two would have it delivered again
	if err := e.config.Outbox.Done(done, s.Name, d.Epoch); err != nil {
		return in, fmt.Errorf("sink %s: confirm epoch %d: %w", s.Name, d.Epoch, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delivered, s.inRow = s.delivered+rows, 0
	return in, nil
}

// drainTries is how often a bounded run tries each sink before it gives up.
const drainTries = 3

// drain delivers what waits for a sink, and tries that several times.
func (e *Engine) drain(ctx context.Context, s *sinkRun) error {
	_, err := e.deliver(ctx, s)
	for try := 1; err != nil && try < drainTries && ctx.Err() == nil; try++ {
		time.Sleep(sinkPause)
		_, err = e.deliver(ctx, s)
	}
	return err
}

// drainSinks delivers what is left when the input has ended. What a sink does not take stays in the outbox, for the next run.
func (e *Engine) drainSinks(ctx context.Context) error {
	var errs []error
	for _, s := range e.sinks {
		if s.Paused {
			continue
		}
		if err := e.drain(ctx, s); err != nil {
			errs = append(errs, fmt.Errorf("%w; the next run delivers what is left", err))
		}
	}
	return errors.Join(append(errs, e.standing())...)
}
