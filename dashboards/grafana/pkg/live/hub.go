package live

import (
	"context"
	"sync"
	"time"

	"github.com/weirdb/weir/dashboards/grafana/pkg/weir"
)

// Hub has the streams of one data source.
type Hub struct {
	client    *weir.Client
	mu        sync.Mutex
	followers map[string]*follower
	tails     map[string]*tail
	states    map[string]*state
}

// NewHub makes a hub that asks a Weir.
func NewHub(client *weir.Client) *Hub {
	return &Hub{client: client, followers: map[string]*follower{}, tails: map[string]*tail{}, states: map[string]*state{}}
}

// Close ends all streams.
func (h *Hub) Close() {
	h.mu.Lock()
	tails, followers := h.tails, h.followers
	h.tails, h.followers = map[string]*tail{}, map[string]*follower{}
	h.mu.Unlock()
	for _, t := range tails {
		t.end()
	}
	for _, f := range followers {
		f.end()
	}
}

// connectTime is how long a stream may wait for its first connection.
const connectTime = 10 * time.Second

// watch joins a view's follower, and returns once it is connected.
func (h *Hub) watch(ctx context.Context, view string) (*watcher, error) {
	h.mu.Lock()
	f := h.followers[view]
	if f == nil {
		f = newFollower(h.client, view, h.forget)
		h.followers[view] = f
	}
	w := f.join()
	h.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	if err := f.ready(ctx); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

// forget drops a follower that nobody watches.
func (h *Hub) forget(f *follower) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !f.empty() {
		return false
	}
	if h.followers[f.view] == f {
		delete(h.followers, f.view)
	}
	return true
}

// resolve finds a path's view and columns.
func (h *Hub) resolve(ctx context.Context, text string) (Path, *weir.View, error) {
	p, err := Parse(text)
	if err != nil {
		return Path{}, nil, err
	}
	view, err := h.client.View(ctx, p.View)
	if err != nil {
		return Path{}, nil, err
	}
	p, err = p.Resolve(view)
	return p, view, err
}
