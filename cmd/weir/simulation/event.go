package simulation

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/weirdb/weir/engine"
)

// event is one record of a partition.
type event struct {
	source, partition string
	offset            int64
	id                int64
	at                engine.Time
	value             []byte
	broken            bool // it cannot be decoded
}

// history makes the events of all sources.
//
//	calm   every event is less than the watermark's delay behind the highest of its partition: none is ever late
//	wild   some are far behind, and some far ahead
type history struct {
	rand *rand.Rand
	calm bool
	ids  int64
}

// start is the event time from which on histories go.
var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// script makes a source with its partitions.
func (h *history) script(name string) *script {
	s := &script{name: name, acknowledged: map[string]int64{}}
	for i := range 1 + h.rand.IntN(4) {
		p := &partition{source: name, name: fmt.Sprint(i), present: h.calm || h.rand.IntN(4) > 0}
		s.partitions = append(s.partitions, p)
		h.fill(s, p)
		p.arrived = h.rand.IntN(len(p.events) + 1)
	}
	return s
}

func (h *history) fill(s *script, p *partition) {
	clock := start.Add(time.Duration(h.rand.IntN(15_000)) * time.Millisecond)
	pace := []int{200, 1500, 4000}[h.rand.IntN(3)]
	offset := int64(0)
	for range h.rand.IntN(40) {
		clock = clock.Add(time.Duration(h.rand.IntN(pace)) * time.Millisecond)
		if h.rand.IntN(20) == 0 {
			clock = clock.Add(time.Duration(h.rand.IntN(60)) * time.Second)
		}
		e := h.event(s, clock)
		e.source, e.partition, e.offset = p.source, p.name, offset
		p.events = append(p.events, e)
		offset += 1 + int64(h.rand.IntN(3)/2) // positions have gaps
	}
}

// event is a new event around a time, or an earlier one of the source once more.
func (h *history) event(s *script, clock time.Time) event {
	if s.name == "payments" && h.rand.IntN(5) == 0 {
		if e, ok := h.again(s, clock); ok {
			return e
		}
	}
	h.ids++
	e := event{id: h.ids<<20 | int64(h.rand.IntN(1<<20)), broken: h.rand.IntN(30) == 0} // sums tell sets of ids apart
	e.at = engine.Time(clock.Add(-h.behind()).UnixMilli()*1000 + h.ids%1000)            // no two have one time: an ASOF join would be free to choose
	e.value = h.text(e)
	return e
}

// behind is by how much an event comes after its time.
func (h *history) behind() time.Duration {
	switch {
	case !h.calm && h.rand.IntN(12) == 0:
		return time.Duration(h.rand.IntN(80_000)) * time.Millisecond
	case !h.calm && h.rand.IntN(100) == 0:
		return -24 * time.Hour
	case h.rand.IntN(2) == 0:
		return 0
	}
	return time.Duration(h.rand.Int64N(int64(delay/time.Millisecond)-1)) * time.Millisecond
}

// again is an event of the source that may come once more, in any partition.
func (h *history) again(s *script, clock time.Time) (event, bool) {
	from := s.partitions[h.rand.IntN(len(s.partitions))]
	if len(from.events) == 0 {
		return event{}, false
	}
	e := from.events[len(from.events)-1]
	behind := clock.UnixMicro() - int64(e.at)
	return e, !e.broken && behind >= 0 && behind < delay.Microseconds()
}

func (h *history) text(e event) []byte {
	if e.broken {
		return fmt.Appendf(nil, `{"id": %d, "k": `, e.id)
	}
	k, v := fmt.Sprintf("%q", string(rune('a'+h.rand.IntN(4)))), fmt.Sprint(h.rand.IntN(8))
	if h.rand.IntN(15) == 0 {
		k = "null"
	}
	if h.rand.IntN(15) == 0 {
		v = "null"
	}
	at := time.UnixMicro(int64(e.at)).UTC().Format("2006-01-02T15:04:05.000000")
	return fmt.Appendf(nil, `{"id": %d, "k": %s, "v": %s, "ts": "%s"}`, e.id, k, v, at)
}
