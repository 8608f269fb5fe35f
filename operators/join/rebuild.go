package join

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
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

// putWeights adds to the weights of right keys.
func (o *Operator) putWeights(columns []arrow.Array, chosen []uint32, weights []int64) {
	if len(chosen) == 0 {
		return
	}
	right, numbers := o.sides[1], make([]uint32, len(chosen))
	o.table.Find(columns, chosen, numbers)
	for _, s := range o.sides {
		s.grow(o.table.Len())
	}
	for k, key := range numbers {
		before := right.weights[key]
		right.weights[key] += weights[chosen[k]]
		right.known += nonzero(right.weights[key]) - nonzero(before)
	}
}

// eachWeight calls yield with the keys that have a weight, a batch at a time.
func (s *state) eachWeight(o *Operator, yield func(columns []arrow.Array, weights []int64) error) error {
	right := s.sides[1]
	var numbers []uint32
	for key, w := range right.weights {
		if w != 0 {
			numbers = append(numbers, uint32(key))
		}
	}
	for len(numbers) > 0 {
		part := numbers[:min(len(numbers), maxRows)]
		numbers = numbers[len(part):]
		weights := make([]int64, len(part))
		for i, key := range part {
			weights[i] = right.weights[key]
		}
		columns := s.keyColumns(o, part)
		err := yield(columns, weights)
		releaseAll(columns)
		if err != nil {
			return err
		}
	}
	return nil
}

// keyColumns makes the columns of keys. The caller releases them.
func (s *state) keyColumns(o *Operator, numbers []uint32) []arrow.Array {
	right := s.sides[1]
	var builders []array.Builder
	for _, t := range layouts(right.fields, right.keys) {
		builders = append(builders, array.NewBuilder(o.config.Allocator, t))
	}
	s.table.Append(builders, numbers)
	columns := make([]arrow.Array, len(builders))
	for i, b := range builders {
		columns[i] = b.NewArray()
		b.Release()
	}
	return columns
}
