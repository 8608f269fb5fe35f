package engine

import (
	"context"

	"github.com/weirdb/weir/engine/types"
)

// Sink delivers a view's committed changes to the outside. Deliveries come in the order of their epochs. After a crash the
// last ones may come again, with the same epoch and content.
type Sink interface {
	// Deliver writes one epoch's changes and returns once they are safe. The sink retries what can be retried; an error
	// is shown and the delivery is tried again later.
	Deliver(ctx context.Context, d Delivery) error
	// Close flushes and frees what the sink holds.
	Close() error
}

// Notifier is what a Sink adds that sends notifications, of which one may tell of several rows.
type Notifier interface {
	// Notified is how many have been sent since the start. Any goroutine may ask.
	Notified() int64
}

// Backlog is what waits to be delivered to a sink.
type Backlog struct {
	Epochs int64
	Bytes  int64 // as it lies on disk
}

// Delivery is what one commit changed in a view.
type Delivery struct {
	Epoch   int64
	Columns []types.Field
	Changes []Batch // lent for the call
	// Trace is the delivery's own trace context, for messages whose rows have none; empty if nobody keeps spans.
	Trace TraceContext
}
