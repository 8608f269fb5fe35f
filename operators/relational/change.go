package relational

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/operators/function"
	"github.com/weirdb/weir/operators/keys"
)

// change is the difference between what was answered before and what is answered now, for the keys of a question.
//
//	rows      before: a b b c   now: b c d          one behind the other
//	keys              0 0 1 1        0 1 1          their numbers in the question
//	emitted   -a -b(1) +d
type change struct {
	rows    arrow.RecordBatch
	keys    []uint32
	before  int
	removed []uint32 // rows of before that are not there now
	added   []uint32 // rows of now that were not there before
}

// difference finds the rows that are there before only, and now only. Rows of one key that look the same are one.
func (o *Operator) difference(c *change) error {
	n := len(c.keys)
	o.work.iota = keys.Iota(o.work.iota, n)
	groups := make([]uint32, n)
	o.differ.FindOwned(c.rows.Columns(), c.keys, o.work.iota, groups)
	wanted := make([]int32, o.differ.Len())
	for _, g := range groups[c.before:] {
		wanted[g]++
	}
	for i, g := range groups[:c.before] {
		if wanted[g] > 0 {
			wanted[g]--
			continue
		}
		c.removed = append(c.removed, uint32(i))
	}
	for i, g := range groups[c.before:] {
		if wanted[g] > 0 {
			wanted[g]--
			c.added = append(c.added, uint32(c.before+i))
		}
	}
	return o.resetDiffer()
}

func (o *Operator) resetDiffer() error {
	if o.differ.Len() < keepTable {
		o.differ.Reset()
		return nil
	}
	var err error
	o.differ, err = keys.NewExact(layouts(o.output))
	return err
}

// emit emits the rows that are gone, and then those that are new.
func (c *change) emit(o *Operator, q *question, out engine.Emitter) error {
	index := append(slices.Clone(c.removed), c.added...)
	if len(index) == 0 {
		return nil
	}
	rows := function.Select(o.mem, c.rows, signed(index))
	defer rows.Release()
	o.decide(q, c, index, rows)
	if len(c.removed) == 0 {
		return emit(out, rows, nil)
	}
	weights := make([]int8, len(index))
	for i := range weights {
		weights[i] = c.weight(i)
	}
	return emit(out, rows, weights)
}

// weight is that of the row that is emitted at a place.
func (c *change) weight(at int) int8 {
	if at < len(c.removed) {
		return -1
	}
	return 1
}
