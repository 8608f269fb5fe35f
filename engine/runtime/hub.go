package runtime

import (
	"errors"
	"fmt"
	"sync"

	"github.com/weirdb/weir/engine"
)

// How far a live reader may be behind before changes are left out for it: so many epochs, and, beyond the oldest of them, so
// many bytes.
const (
	subscriberBuffer = 512
	subscriberBytes  = 64 << 20
)

// ErrNotOpen says that the engine has not read its last commit yet: it cannot tell what a reader has missed.
var ErrNotOpen = errors.New("the engine is starting")

// hub hands committed changes to live readers. A reader that is too slow is told that it missed something; it never holds the
// engine up.
type hub struct {
	mu     sync.Mutex
	closed bool
	next   int
	views  map[string]map[int]*subscriber
	past   *history // nil until the engine has read its last commit
}

type subscriber struct {
	changes  chan engine.Committed
	progress bool
	missed   bool
	// sizes are the bytes of what was last sent, in a ring. The newest len(changes) of them are still in the channel:
	//
	//	sizes    7  9  4  8     sent counts on at the right
	//	channel     9  4  8     the reader has taken the 7
	sizes [subscriberBuffer]uint64
	sent  int
}

func newHub() *hub { return &hub{views: map[string]map[int]*subscriber{}} }

// Subscribe follows a view. Changes that are not kept any more are an *engine.ForgottenError; before the engine has read its last
// commit, a reader that wants to go on behind an epoch gets ErrNotOpen.
func (e *Engine) Subscribe(f engine.Following) (*engine.Subscription, error) {
	for _, q := range e.queries {
		if q.Name == f.View {
			return e.hub.subscribe(f)
		}
	}
	return nil, fmt.Errorf("there is no view %s", f.View)
}

// subscribe joins what is past and what is to come under one lock, so that no epoch falls between.
func (h *hub) subscribe(f engine.Following) (*engine.Subscription, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	missed, err := h.missed(f)
	if err != nil {
		return nil, err
	}
	s := &subscriber{changes: make(chan engine.Committed, subscriberBuffer), progress: f.Progress}
	if h.closed {
		close(s.changes)
		return &engine.Subscription{Missed: missed, Changes: s.changes, Cancel: func() {}}, nil
	}
	if h.views[f.View] == nil {
		h.views[f.View] = map[int]*subscriber{}
	}
	id := h.next
	h.next++
	h.views[f.View][id] = s
	return &engine.Subscription{Missed: missed, Changes: s.changes, Cancel: func() { h.cancel(f.View, id) }}, nil
}

// missed is what a reader gets first: the changes since it was here, and, if it wants to know, how far they go.
func (h *hub) missed(f engine.Following) (out []engine.Committed, err error) {
	if h.past == nil && f.After == engine.FromNow {
		return nil, nil
	}
	if h.past == nil {
		return nil, ErrNotOpen
	}
	if f.After != engine.FromNow {
		if out, err = h.past.after(f.View, f.After); err != nil {
			return nil, err
		}
	}
	if f.Progress && (len(out) == 0 || out[len(out)-1].Epoch < h.past.last) {
		out = append(out, engine.Committed{View: f.View, Epoch: max(f.After, h.past.last)})
	}
	return out, nil
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

// endOf ends the readers of views, and forgets what is past.
func (h *hub) endOf(views []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, view := range views {
		for _, s := range h.views[view] {
			close(s.changes) // the reader goes on to its end, and releases what is in it
		}
		delete(h.views, view)
	}
	h.past = nil
}

// begin says which epoch is the last one committed, before any is published.
// One that went on from another engine's last commit knows what is past.
func (h *hub) begin(epoch int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.past != nil && h.past.last == epoch {
		return
	}
	h.past = newHistory(epoch)
}

// publish hands an epoch's changes to the readers of their views, and tells the others who want to know that there were none.
func (h *hub) publish(epoch int64, changes []engine.Change) {
	h.mu.Lock()
	defer h.mu.Unlock()
	changed := map[string]bool{}
	for _, c := range changes {
		changed[c.View] = true
		size := engine.Size(c.Batches)
		for _, s := range h.views[c.View] {
			s.offer(c.View, epoch, c.Batches, size)
		}
		h.past.add(c.View, epoch, c.Batches, size)
	}
	h.past.last = epoch
	for view, readers := range h.views {
		for _, s := range readers {
			if !changed[view] && (s.progress || s.missed) {
				s.advance(view, epoch)
			}
		}
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

func (s *subscriber) offer(view string, epoch int64, batches []engine.Batch, size uint64) {
	if waiting := s.waiting(); waiting > 0 && waiting+size > subscriberBytes {
		s.missed = true
		return
	}
	kept := retain(batches)
	if !s.send(engine.Committed{View: view, Epoch: epoch, Batches: kept, Gap: s.missed}, size) {
		s.missed = true
		release(kept)
		return
	}
	s.missed = false
}

// advance tells a reader that an epoch changed nothing, and that it has missed something, if it has.
func (s *subscriber) advance(view string, epoch int64) {
	if s.send(engine.Committed{View: view, Epoch: epoch, Gap: s.missed}, 0) {
		s.missed = false
	}
}

// send reports false if there is no room.
func (s *subscriber) send(c engine.Committed, size uint64) bool {
	select {
	case s.changes <- c:
		s.sizes[s.sent%subscriberBuffer] = size
		s.sent++
		return true
	default:
		return false
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
	if h.past != nil {
		h.past.clear()
	}
}
