package join

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

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
