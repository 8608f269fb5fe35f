package simulation

import (
	"context"

	"github.com/weirdb/weir/engine"
)

// receiver is the other side of a sink: it outlives the process.
type receiver struct {
	name string
	got  []posting
}

// take notes a delivery. The last one may come again, with the same content.
func (r *receiver) take(w *world, p posting) {
	if n := len(r.got); n > 0 && r.got[n-1].epoch >= p.epoch {
		if r.got[n-1] != p {
			w.find("sink %s: epoch %d comes after epoch %d, and is not the same once more", r.name, p.epoch, r.got[n-1].epoch)
		}
		return
	}
	r.got = append(r.got, p)
}

// sink delivers to a receiver for one engine.
type sink struct {
	life     *life
	receiver *receiver
}

// Deliver implements engine.Sink.
func (s sink) Deliver(ctx context.Context, d engine.Delivery) error {
	text := printChanges(d.Changes)
	verdict := s.life.gate.pass(ctx, deliver, s.receiver.name).verdict
	switch verdict {
	case killed:
		return errKilled
	case failBefore:
		return errTrouble
	}
	s.receiver.take(s.life.world, posting{d.Epoch, text})
	if verdict == failAfter {
		return errTrouble
	}
	return nil
}

// Close implements engine.Sink.
func (sink) Close() error { return nil }
