package unique

import (
	"math"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/operators/keys"
)

// memories are when the events of each key were seen: as spans of times of which each has another no more than within away. Any time
// in a span, or no more than within outside, is no more than within from one that was seen.
type memories struct {
	within int64
	table  *keys.Table
	first  []uint32 // of each key, its first span; none if all are forgotten
	spans  []span
	free   uint32 // the first of the spans that are not in use, plus 1
	crowd  int    // keys at which those that are forgotten are looked for
}

type span struct {
	from, to int64
	next     uint32 // of the key, plus 1; 0 behind the last
}

// fewKeys are not worth looking through.
const fewKeys = 1024

// find numbers the keys of some rows, all of which have one.
func (m *memories) find(columns []arrow.Array, rows, groups []uint32) {
	m.table.Find(columns, rows, groups)
	if n := m.table.Len(); n > len(m.first) {
		m.first = append(m.first, make([]uint32, n-len(m.first))...)
	}
}

// see takes in a time of a key, and reports whether it is no more than within from one that was seen before.
//
//	spans    [────]           [──────]
//	time           ● within                 grows the first
//	                    ●      ◄── no more than within from both: they become one
func (m *memories) see(key uint32, t int64) bool {
	into := uint32(0)
	at := &m.first[key]
	for *at != 0 {
		s := &m.spans[*at-1]
		switch {
		case !m.near(s, t):
			at = &s.next
		case into == 0:
			s.from, s.to = min(s.from, t), max(s.to, t)
			into = *at
			at = &s.next
		default:
			joined := &m.spans[into-1]
			joined.from, joined.to = min(joined.from, s.from), max(joined.to, s.to)
			m.drop(at)
		}
	}
	if into == 0 {
		m.add(key, t, t)
	}
	return into != 0
}

func (m *memories) near(s *span, t int64) bool {
	switch {
	case t < s.from:
		return distance(t, s.from) <= uint64(m.within)
	case t > s.to:
		return distance(s.to, t) <= uint64(m.within)
	}
	return true
}

func (m *memories) add(key uint32, from, to int64) {
	s := span{from: from, to: to, next: m.first[key]}
	if m.free == 0 {
		m.spans = append(m.spans, s)
		m.first[key] = uint32(len(m.spans))
		return
	}
	id := m.free
	m.free = m.spans[id-1].next
	m.spans[id-1] = s
	m.first[key] = id
}

// drop takes a span out of its key's list, of which at is a link.
func (m *memories) drop(at *uint32) {
	id := *at
	*at = m.spans[id-1].next
	m.spans[id-1].next = m.free
	m.free = id
}

// forget drops what lies more than twice within behind the watermark, once there is much of it: at least half of what is looked
// through has come since the last time.
func (m *memories) forget(watermark int64) {
	if len(m.first) < m.crowd {
		return
	}
	var held []uint32
	for key := range m.first {
		at := &m.first[key]
		for *at != 0 {
			if s := &m.spans[*at-1]; s.to < watermark && distance(s.to, watermark) > 2*uint64(m.within) {
				m.drop(at)
			} else {
				at = &s.next
			}
		}
		if m.first[key] != 0 {
			m.first[len(held)] = m.first[key]
			held = append(held, uint32(key))
		}
	}
	m.first = m.first[:len(held)]
	m.table.Keep(held)
	m.crowd = 2*len(held) + fewKeys
	m.tidy()
}

// tidy copies the spans together when most are not in use.
func (m *memories) tidy() {
	if len(m.spans) < 2*m.crowd {
		return
	}
	spans := make([]span, 0, m.crowd)
	for key := range m.first {
		at := m.first[key]
		m.first[key] = 0
		for at != 0 {
			s := m.spans[at-1]
			at = s.next
			spans = append(spans, span{s.from, s.to, m.first[key]})
			m.first[key] = uint32(len(spans))
		}
	}
	m.spans, m.free = spans, 0
}

// distance is how far b lies behind a, which is not greater.
func distance(a, b int64) uint64 { return uint64(b) - uint64(a) }

// infinite reports whether a time is one of DuckDB's infinities.
func infinite(t int64) bool { return t == math.MaxInt64 || t == -math.MaxInt64 }

func grown(s []uint32, n int) []uint32 { return slices.Grow(s[:0], n)[:n] }
