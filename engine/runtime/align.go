package runtime

import (
	"maps"
	"slices"
	"time"

	"github.com/weirdb/weir/engine"
)

// Partitions that are far ahead of the others wait for them: watermark alignment. A window closes by the lowest watermark, so that
// what is read of a partition ahead would only lie in open windows, however much it is.
//
//	partition 0  ──────●                                          the slowest: it is never held
//	partition 1  ────────────●       within max_ahead
//	partition 2  ──────────────────────────────────● held        not fetched until partition 0 has come closer
//	                   ◄── max_ahead ──►
//
// This goes over all partitions of the sources that a query reads, for queries in which rows wait for the watermark. A partition holds
// others back only while something is known to wait in it: not when it has been read up to its end, has ended or is gone, while its
// source is not open, nor if what has come of it had no event time. A partition's place is one and the same for all queries, the lowest
// that any of them has, so that of all partitions that hold each other the lowest goes on, and no two can wait for each other.

// align tells the readers which partitions to hold.
func (e *Engine) align(now time.Time) {
	for _, s := range e.sources {
		s.findPlaces(now)
	}
	limits := map[*source]engine.Time{}
	for _, q := range e.queries {
		if !q.running() || !q.waits() {
			continue
		}
		slowest := engine.MaxTime
		for _, r := range q.readings {
			slowest = min(slowest, r.source.slowest)
		}
		for _, r := range q.readings {
			if at, ok := limits[r.source]; !ok || slowest < at {
				limits[r.source] = slowest
			}
		}
	}
	for _, s := range e.sources {
		if at, ok := limits[s]; ok {
			s.hold(at)
		} else {
			s.hold(engine.MaxTime)
		}
	}
}

// waits reports whether rows of the query lie in a stage until the watermark has passed them.
func (q *query) waits() bool {
	return slices.ContainsFunc(q.stages, func(s *stage) bool { return !s.Gathers && !s.Passes && !s.Anew })
}

// findPlaces finds each partition's place: its watermark for the query that has come least far in it, MinTime before its first event.
// The slowest is the lowest place of those that hold others back; MaxTime if none does.
func (s *source) findPlaces(now time.Time) {
	s.slowest = engine.MaxTime
	if s.Table || s.event < 0 || s.resting() || s.reader == nil {
		return
	}
	for name, p := range s.positions {
		p.place = engine.MaxTime
		for _, r := range s.readings {
			if r.query.running() {
				p.place = min(p.place, r.at(name).watermark)
			}
		}
		if s.holdsBack(p, now) {
			s.slowest = min(s.slowest, p.place)
		}
	}
}

// silence is how long a partition of which the reader says nothing is waited for, where no idle_timeout says so.
const silence = time.Minute

// holdsBack reports whether others wait for a partition: something is known to wait in it or, before the reader has said so, may.
func (s *source) holdsBack(p *partition, now time.Time) bool {
	undated := p.begun && p.place == engine.MinTime
	if s.ended || p.ended || p.gone || p.broken || undated || p.waiting == 0 {
		return false
	}
	if p.waiting > 0 {
		return true
	}
	limit := s.IdleTimeout
	if limit == 0 {
		limit = silence
	}
	return now.Sub(p.heard) < limit
}

// hold has the partitions wait that are more than max_ahead ahead of the slowest.
func (s *source) hold(slowest engine.Time) {
	reader, can := s.reader.(engine.AlignedReader)
	if !can || s.MaxAhead == 0 || s.event < 0 || s.ended {
		return
	}
	held := map[string]bool{}
	ahead := engine.Time(s.MaxAhead.Microseconds())
	for name, p := range s.positions {
		if p.place > engine.MinTime+ahead && p.place < engine.MaxTime && p.place-ahead > slowest && !p.ended && !p.gone {
			held[name] = true
		}
		p.ahead = held[name]
	}
	if !maps.Equal(held, s.held) {
		s.held = held
		reader.Hold(sortedKeys(held))
	}
}
