package runtime

import (
	"fmt"
	"sync"

	"github.com/weirdb/weir/engine"
)

// How far a live reader may be behind before changes are left out for it: so many epochs, and, beyond the oldest of them, so
// many bytes.
const (
	subscriberBuffer = 64
	subscriberBytes  = 64 << 20
)

// hub hands committed changes to live readers. A reader that is too slow is told that it missed something; it never holds the
// engine up.
type hub struct {
	mu     sync.Mutex
	closed bool
	next   int
	views  map[string]map[int]*subscriber
}

type subscriber struct {
	changes chan engine.Committed
	missed  bool
	// sizes are the bytes of what was last sent, in a ring. The newest len(changes) of them are still in the channel:
	//
	//	sizes    7  9  4  8     sent counts on at the right
	//	channel     9  4  8     the reader has taken the 7
	sizes [subscriberBuffer]uint64
	sent  int
}

func newHub() *hub { return &hub{views: map[string]map[int]*subscriber{}} }

// Subscribe returns the changes of a view that are committed from now on. The receiver releases the batches, and calls cancel
// when it has enough; the channel is closed after cancel and when the engine ends.
func (e *Engine) Subscribe(view string) (changes <-chan engine.Committed, cancel func(), err error) {
	for _, q := range e.queries {
		if q.Name == view {
			c, cancel := e.hub.subscribe(view)
			return c, cancel, nil
		}
	}
	return nil, nil, fmt.Errorf("there is no view %s", view)
}

func (h *hub) subscribe(view string) (<-chan engine.Committed, func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := &subscriber{changes: make(chan engine.Committed, subscriberBuffer)}
	if h.closed {
		close(s.changes)
		return s.changes, func() {}
	}
	if h.views[view] == nil {
		h.views[view] = map[int]*subscriber{}
	}
	id := h.next
	h.next++
	h.views[view][id] = s
	return s.changes, func() { h.cancel(view, id) }
}

func (h *hub) cancel(view string, id int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s, ok := h.views[view][id]
	if !ok {
		return
	}
	delete(h.views[view], id)
	close(s.changes)
	for c := range s.changes {
		release(c.Batches)
	}
}

func (h *hub) publish(view string, epoch int64, batches []engine.Batch) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range h.views[view] {
		s.offer(view, epoch, batches)
	}
}

// waiting is how many bytes the reader has not taken yet.
func (s *subscriber) waiting() uint64 {
	total := uint64(0)
	for back := range min(len(s.changes), s.sent) {
		total += s.sizes[(s.sent-1-back)%subscriberBuffer]
	}
	return total
}

func sizeOf(batches []engine.Batch) uint64 {
	total := uint64(0)
	for _, b := range batches {
		for _, column := range b.Rows.Columns() {
			total += column.Data().SizeInBytes()
		}
	}
	return total
}

func (s *subscriber) offer(view string, epoch int64, batches []engine.Batch) {
	size := sizeOf(batches)
	if waiting := s.waiting(); waiting > 0 && waiting+size > subscriberBytes {
		s.missed = true
		return
	}
	kept := make([]engine.Batch, len(batches))
	for i, b := range batches {
		kept[i] = b.Retain()
	}
	select {
	case s.changes <- engine.Committed{View: view, Epoch: epoch, Batches: kept, Gap: s.missed}:
		s.missed = false
		s.sizes[s.sent%subscriberBuffer] = size
		s.sent++
	default:
		s.missed = true
		release(kept)
	}
}

// close ends all subscriptions. What is still in their channels stays readable.
func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for view, subscribers := range h.views {
		for _, s := range subscribers {
			close(s.changes)
		}
		delete(h.views, view)
	}
}
