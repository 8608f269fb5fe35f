package join

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/operators/keys"
)

// usualSlack is how much may be dead before it is worth a thought.
const usualSlack = 1024

// tidy copies what lives to a new place once more than half is dead. Each row that dies pays for one that is copied.
func (o *Operator) tidy() error {
	left, right := o.sides[0], o.sides[1]
	live := left.live + right.live + right.known
	dead := left.total + right.total - left.live - right.live
	if max(dead, o.table.Len()-live) <= live+o.slack || len(left.touched)+len(right.touched) > 0 {
		return nil
	}
	return o.rebuild(-1)
}

// rebuild copies the live rows. Equal rows of the given input become one from now on. Nothing may be left to settle.
func (o *Operator) rebuild(equal int) error {
	old := o.state
	if err := o.reset(); err != nil {
		return err
	}
	for input, s := range old.sides {
		if s.equal != nil || input == equal {
			if err := o.sides[input].tellEqual(); err != nil {
				return err
			}
		}
		for ids := s.linked(); len(ids) > 0; ids = ids[min(len(ids), maxRows):] {
			part := ids[:min(len(ids), maxRows)]
			columns := s.rows.take(o.config.Allocator, part, nil)
			o.put(input, columns, keys.Iota(nil, len(part)), func(i uint32) entry { return *s.entries.at(part[i]) })
			releaseAll(columns)
		}
	}
	defer old.free()
	return old.eachWeight(o, func(columns []arrow.Array, weights []int64) error {
		o.putWeights(columns, keys.Iota(nil, len(weights)), weights)
		return nil
	})
}

// linked lists the rows that are in a chain.
func (s *side) linked() []uint32 {
	ids := make([]uint32, 0, s.live)
	for id := range uint32(s.total) {
		if s.entries.at(id).key != gone {
			ids = append(ids, id)
		}
	}
	return ids
}

// put adds rows with what was known about them, told by their position in the columns.
func (o *Operator) put(input int, columns []arrow.Array, chosen []uint32, known func(row uint32) entry) {
	if len(chosen) == 0 {
		return
	}
	s := o.sides[input]
	ids, numbers := s.place(columns, chosen), make([]uint32, len(chosen))
	o.number(s, columns, chosen, numbers)
	times := s.eventTimes(columns)
	var moments []moment
	for k, id := range ids {
		e, had := s.entries.at(id), known(chosen[k])
		if e.key == gone {
			s.link(id, numbers[k])
		}
		e.count, e.shown, e.matches = e.count+had.count, e.shown+had.shown, had.matches
		if times != nil {
			e.time = times[chosen[k]]
			moments = append(moments, moment{e.time, id})
		}
	}
	if o.drops() {
		s.expiry.add(moments)
	}
}

// eventTimes reads the times of all rows, nil if they are not bounded.
func (s *side) eventTimes(columns []arrow.Array) []int64 {
	if s.times == nil {
		return nil
	}
	out := make([]int64, columns[s.times.column].Len())
	s.times.read(columns[s.times.column], out)
	return out
}
