package simulation

import (
	"context"
	"slices"

	"github.com/weirdb/weir/engine"
)

// outbox is what the store keeps for sinks until they confirm it.
type outbox struct {
	sinks   map[string][]string          // by view
	waiting map[string][]engine.Delivery // by sink
	posted  map[string][]posting         // by sink: all that it ever has to get
}

// posting is what a sink has to get of an epoch.
type posting struct {
	epoch int64
	text  string
}

func newOutbox() outbox {
	return outbox{sinks: map[string][]string{}, waiting: map[string][]engine.Delivery{}, posted: map[string][]posting{}}
}

// post keeps a copy of a view's changes for each of its sinks.
func (o *outbox) post(epoch int64, view string, changes []engine.Batch) error {
	for _, sink := range o.sinks[view] {
		d := engine.Delivery{Epoch: epoch}
		for _, b := range changes {
			rows, err := copyRows(b.Rows)
			if err != nil {
				return err
			}
			d.Changes = append(d.Changes, engine.Batch{Rows: rows, Weights: slices.Clone(b.Weights)})
		}
		o.waiting[sink] = append(o.waiting[sink], d)
		o.posted[sink] = append(o.posted[sink], posting{epoch, printChanges(changes)})
	}
	return nil
}

// Pending implements runtime.Outbox.
func (d disk) Pending(ctx context.Context, sink string, limit int) ([]engine.Delivery, error) {
	switch d.life.gate.pass(ctx, pending, sink).verdict {
	case killed:
		return nil, errKilled
	case failBefore, failAfter:
		return nil, errTrouble
	}
	d.store.mu.Lock()
	defer d.store.mu.Unlock()
	waiting := d.store.outbox.waiting[sink]
	out := slices.Clone(waiting[:min(limit, len(waiting))])
	for _, x := range out {
		for _, b := range x.Changes {
			b.Retain()
		}
	}
	return out, nil
}

// Backlog implements runtime.Outbox: an epoch counts as a byte.
func (d disk) Backlog(sink string) engine.Backlog {
	d.store.mu.Lock()
	defer d.store.mu.Unlock()
	n := int64(len(d.store.outbox.waiting[sink]))
	return engine.Backlog{Epochs: n, Bytes: n}
}

// Done implements runtime.Outbox.
func (d disk) Done(ctx context.Context, sink string, epoch int64) error {
	verdict := d.life.gate.pass(ctx, confirm, sink).verdict
	switch verdict {
	case killed:
		return errKilled
	case failBefore:
		return errTrouble
	}
	d.store.mu.Lock()
	defer d.store.mu.Unlock()
	waiting := d.store.outbox.waiting[sink]
	d.store.outbox.waiting[sink] = slices.DeleteFunc(slices.Clone(waiting), func(x engine.Delivery) bool { return x.Epoch <= epoch })
	if verdict == failAfter {
		return errTrouble
	}
	return nil
}
