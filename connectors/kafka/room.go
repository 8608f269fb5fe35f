package kafka

import (
	"sync"
	"sync/atomic"
)

// room is memory for one response. It is used again once nobody reads the response any longer.
//
//	free ─► a response is read into it ─► its partitions' fetches are decoded ─► free
//
// What is not given back, because a fetch was dropped, is garbage like any other memory.
type room struct {
	bytes []byte
	users atomic.Int32 // the fetches that have not been decoded
	free  *roomStock
}

// leave tells that one of the users is done.
func (r *room) leave() {
	if r.users.Add(-1) == 0 {
		r.free.put(r)
	}
}

// roomStock keeps free rooms.
type roomStock struct {
	mu    sync.Mutex
	rooms []*room
}

// largestRoom is the most that a room kept for later may hold: one response that is larger must not stay for ever.
const largestRoom = 2 * largestAnswer

func (s *roomStock) take() *room {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.rooms)
	if n == 0 {
		return &room{free: s}
	}
	r := s.rooms[n-1] // the one used last: it may still be in the processor's cache
	s.rooms = s.rooms[:n-1]
	return r
}

func (s *roomStock) put(r *room) {
	if cap(r.bytes) > largestRoom {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rooms = append(s.rooms, r)
}
