package join

import (
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/spill"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

// side is what is kept of one input.
//
//	heads     key 0: row 4   key 1: row 2   key 2: none
//	entries   row 4 ⇄ row 1 ⇄ row 0                        the newest first
//	          row 2 ⇄ row 3
//	rows      the columns of rows 0, 1, 2, …
type side struct {
	fields []types.Field
	keys   []int // columns
	strict []int // key columns in which NULL matches nothing
	shows  shows
	times  *eventTime // nil where no times are bounded

	rows    *rows
	entries pages[entry]
	total   int         // entries
	heads   []uint32    // of each key's chain, plus one; 0 for none
	live    int         // rows in chains
	expiry  expiry      // where state is dropped by the watermark
	touched []uint32    // rows to settle at the flush; some more than once
	equal   *keys.Table // numbers equal rows alike; nil until a row has been taken back
	weights []int64     // of each key; instead of all the rest, where only existence counts
	known   int         // keys whose weight is not 0

	ids   []uint32 // scratch memory
	fresh []uint32
}

// entry is a row's place in its chain, and what is known about it.
type entry struct {
	time       int64
	next, prev uint32 // plus one; 0 at the ends
	key        uint32 // gone if the row is in no chain
	count      int32  // how often the row is there; below 0 while it was taken back before it came
	matches    int32  // how many rows of the other side match, with their weights
	shown      int32  // how often the row is in what was emitted on account of its matches, or for want of them
}

const gone = math.MaxUint32

// shows says for which rows of a side the output depends on whether they have a match.
type shows int

const (
	showsPairs     shows = iota // it does not
	showsMatched                // a row is there if it has one
	showsUnmatched              // a row is there, without a partner, if it has none
)

func showsOf(kind plan.JoinKind, input int) shows {
	switch kind {
	case plan.SemiJoin:
		return [...]shows{showsMatched, showsPairs}[input]
	case plan.AntiJoin, plan.LeftJoin:
		return [...]shows{showsUnmatched, showsPairs}[input]
	case plan.RightJoin:
		return [...]shows{showsPairs, showsUnmatched}[input]
	case plan.FullJoin:
		return showsUnmatched
	}
	return showsPairs
}

// place finds the rows' entries: their own, or, where rows can be taken back, that of an equal row. New ones are in no chain.
func (s *side) place(columns []arrow.Array, chosen []uint32) []uint32 {
	s.ids = room(s.ids, len(chosen))
	known := uint32(s.total)
	s.fresh = s.fresh[:0]
	if s.equal == nil {
		for i := range s.ids {
			s.ids[i] = known + uint32(i)
		}
		s.fresh = append(s.fresh, chosen...)
	} else {
		s.equal.Find(columns[:len(s.fields)], chosen, s.ids)
		for i, id := range s.ids {
			if id == known {
				known++
				s.fresh = append(s.fresh, chosen[i])
			}
		}
	}
	s.rows.append(columns, s.fresh)
	s.begin(len(s.fresh))
	return s.ids
}

// begin adds n entries that are in no chain.
func (s *side) begin(n int) {
	s.total += n
	for n > 0 {
		to := s.entries.room(n)
		for i := range to {
			to[i] = entry{key: gone}
		}
		n -= len(to)
	}
}

// link puts a row at the head of its key's chain.
func (s *side) link(id, key uint32) {
	e := s.entries.at(id)
	e.key, e.next, e.prev = key, s.heads[key], 0
	if e.next != 0 {
		s.entries.at(e.next - 1).prev = id + 1
	}
	s.heads[key] = id + 1
	s.live++
}

// unlink takes a row out of its chain. Who stands on it still finds the rows behind.
func (s *side) unlink(id uint32) {
	e := s.entries.at(id)
	if e.next != 0 {
		s.entries.at(e.next - 1).prev = e.prev
	}
	if e.prev != 0 {
		s.entries.at(e.prev - 1).next = e.next
	} else {
		s.heads[e.key] = e.next
	}
	e.key = gone
	s.live--
}

// grow makes room for the chains of so many keys.
func (s *side) grow(n int) {
	s.heads = grown(s.heads, n)
	if s.weights != nil {
		s.weights = grown(s.weights, n)
	}
}

// grown is s with zeros behind it, n values in all.
func grown[T uint32 | int64](s []T, n int) []T {
	if n <= len(s) {
		return s
	}
	from := len(s)
	s = spill.Grow(s, n-from)[:n]
	clear(s[from:])
	return s
}

// free gives the memory back. The side is not used afterwards.
func (s *side) free() {
	s.rows.free()
	s.entries.free()
	spill.Free(s.heads)
	spill.Free(s.weights)
	s.heads, s.weights = nil, nil
	if s.equal != nil {
		s.equal.Free()
	}
}

// room returns a slice of n values, in dst where that is long enough.
func room[T any](dst []T, n int) []T {
	if cap(dst) < n {
		return make([]T, n, n+n/2)
	}
	return dst[:n]
}
