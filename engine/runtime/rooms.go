package runtime

import (
	"sync"

	"github.com/weirdb/weir/engine"
)

// rooms keep the memory of unpacked records from one round to the next. Their values point into what the reader fetched.
type rooms struct {
	mu   sync.Mutex
	free [][]engine.Record
}

// take returns an empty slice, with room if some is free.
func (r *rooms) take() []engine.Record {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.free); n > 0 {
		out := r.free[n-1]
		r.free = r.free[:n-1]
		return out
	}
	return nil
}

// give takes a slice back, and lets go of what its records pointed to.
func (r *rooms) give(records []engine.Record) {
	clear(records)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.free = append(r.free, records[:0])
}
