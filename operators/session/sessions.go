package session

import (
	"math"

	"github.com/weirdb/weir/operators/rowstore"
)

// noTime is before every event.
const noTime = math.MinInt64

// none is no session.
const none = math.MaxUint32

// plus adds without leaving the range: the ends of time stay where they are.
func plus(t, gap int64) int64 {
	if t > math.MaxInt64-gap {
		return math.MaxInt64
	}
	return t + gap
}

// key is what is known of a key.
//
//	──[ emitted ]╌╌gap╌╌┤─────[ first ]──────[ … ]──────[ latest ]──► event time
//	                  reach                             └ latest, whose earlier leads back to first
type key struct {
	latest uint32 // open session, none without
	reach  int64  // rows at or before it are late, see late.go
}

// session is an open session of a key. Those of one key lie more than the gap apart.
type session struct {
	start, last int64 // first and last event
	key         uint32
	earlier     uint32 // the key's session before, none without
	later       uint32 // the one after, none without
	serial      uint64 // of all sessions that ever were
	rows        []rowstore.Ref
}

// sessions are open sessions by number; numbers are used again.
type sessions struct {
	all  []session
	free []uint32
	made uint64
}

func (s *sessions) add(x session) uint32 {
	s.made++
	x.serial = s.made
	n := len(s.free)
	if n == 0 {
		s.all = append(s.all, x)
		return uint32(len(s.all) - 1)
	}
	id := s.free[n-1]
	s.free = s.free[:n-1]
	x.rows = s.all[id].rows
	s.all[id] = x
	return id
}

// follow notes that the session later comes after the session id, if there is one.
func (s *sessions) follow(id, later uint32) {
	if id != none {
		s.all[id].later = later
	}
}

// manyRows is the longest list that a number keeps for the session that uses it next.
const manyRows = 1024

func (s *sessions) drop(id uint32) {
	x := &s.all[id]
	x.key, x.serial, x.rows = none, 0, x.rows[:0]
	if cap(x.rows) > manyRows {
		x.rows = nil
	}
	s.free = append(s.free, id)
}

// open yields the rows of each open session.
func (s *sessions) open(yield func([]rowstore.Ref) bool) {
	for i := range s.all {
		if s.all[i].key != none && !yield(s.all[i].rows) {
			return
		}
	}
}
