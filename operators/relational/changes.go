package relational

import (
	"errors"
	"fmt"
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

// emitChanges emits how the answer to the question differs from the one before, and forgets the question.
func (o *Operator) emitChanges(q *question, out engine.Emitter) error {
	if q.keys == 0 {
		return nil
	}
	defer q.done()
	answer, err := o.answer(q)
	if err != nil {
		return err
	}
	defer answer.Release()
	owners, err := o.attribute(q, answer)
	if err != nil {
		return err
	}
	c, places, err := o.change(q, answer, owners)
	if err != nil {
		return fmt.Errorf("relational: compare answers: %w", err)
	}
	defer c.rows.Release()
	if err := o.difference(c); err != nil {
		return err
	}
	if err := c.emit(o, out); err != nil {
		return err
	}
	return o.remember(q, c, places)
}

// attribute finds the key of each row of the answer: its number in the question.
func (o *Operator) attribute(q *question, answer arrow.RecordBatch) ([]uint32, error) {
	owners := make([]uint32, answer.NumRows())
	if q.keys == 1 || len(owners) == 0 {
		return owners, nil
	}
	return owners, o.attributeTo(q, pick(answer, o.config.Node.KeyOut), owners)
}

func (o *Operator) attributeTo(q *question, key []arrow.Array, owners []uint32) error {
	windows := o.windowsOf(key, len(owners))
	for n := range q.parts {
		p := q.parts[n].pane
		rows := windows[p.key]
		delete(windows, p.key)
		groups := o.number(p, key, rows)
		for i, r := range rows {
			if p.asked[groups[i]] == 0 {
				return o.foreign()
			}
			owners[r] = p.asked[groups[i]] - 1
		}
	}
	if len(windows) > 0 {
		return o.foreign()
	}
	return nil
}

// windowsOf lists the rows of each window.
func (o *Operator) windowsOf(key []arrow.Array, n int) map[windowKey][]uint32 {
	o.work.iota = keys.Iota(o.work.iota, n)
	if o.window < 0 {
		return map[windowKey][]uint32{{}: o.work.iota}
	}
	out := map[windowKey][]uint32{}
	o.work.values = keys.Integers(key[o.window], o.work.values)
	valid := keys.ValidityOf(key[o.window])
	for rows := o.work.iota; len(rows) > 0; {
		k, n := firstRun(o.work.values, &valid, rows)
		out[k] = append(out[k], rows[:n]...)
		rows = rows[n:]
	}
	return out
}

func (o *Operator) foreign() error {
	return errors.New("relational: " + o.config.Node.What + ": the answer has a row of a key that was not asked about")
}

// change puts what was answered before in front of the answer. places are the positions of the former, part by part.
func (o *Operator) change(q *question, answer arrow.RecordBatch, owners []uint32) (*change, [][]uint32, error) {
	c := &change{}
	var parts []arrow.RecordBatch
	defer func() { releaseAll(parts) }()
	places := make([][]uint32, len(q.parts))
	for i, t := range q.parts {
		for _, k := range t.keys {
			places[i] = t.pane.answers.of(k, places[i])
		}
		slices.Sort(places[i])
		for _, at := range places[i] {
			c.keys = append(c.keys, t.pane.asked[t.pane.answers.keys[at]]-1)
		}
		if len(places[i]) > 0 {
			rows, err := t.pane.answers.gather(places[i])
			if err != nil {
				return nil, nil, err
			}
			parts = append(parts, rows)
		}
	}
	c.before, c.keys = len(c.keys), append(c.keys, owners...)
	if len(owners) > 0 {
		parts = append(parts, o.visible(answer))
	}
	var err error
	c.rows, err = concat(o.mem, o.output, parts)
	return c, places, err
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
func (c *change) emit(o *Operator, out engine.Emitter) error {
	index := append(slices.Clone(c.removed), c.added...)
	if len(index) == 0 {
		return nil
	}
	rows := function.Select(o.mem, c.rows, signed(index))
	defer rows.Release()
	if len(c.removed) == 0 {
		return emit(out, rows, nil)
	}
	weights := make([]int8, len(index))
	for i := range weights {
		weights[i] = 1
		if i < len(c.removed) {
			weights[i] = -1
		}
	}
	return emit(out, rows, weights)
}

// remember keeps what the answer is now.
func (o *Operator) remember(q *question, c *change, places [][]uint32) error {
	removed, from, first := c.removed, uint32(0), uint32(0)
	for i, t := range q.parts {
		for len(removed) > 0 && int(removed[0]-from) < len(places[i]) {
			t.pane.answers.drop(places[i][removed[0]-from])
			removed = removed[1:]
		}
		from += uint32(len(places[i]))
		if err := o.rememberAdded(t, c, first); err != nil {
			return fmt.Errorf("relational: keep the answer: %w", err)
		}
		first += uint32(len(t.keys))
	}
	return nil
}

// rememberAdded keeps the new rows of the part's keys, whose numbers in the question start at first.
func (o *Operator) rememberAdded(t part, c *change, first uint32) error {
	var rows, groups []uint32
	for _, r := range c.added {
		if k := c.keys[r]; k >= first && int(k-first) < len(t.keys) {
			rows, groups = append(rows, r), append(groups, t.keys[k-first])
		}
	}
	if len(rows) == 0 {
		return nil
	}
	copied := function.Select(o.mem, c.rows, signed(rows))
	defer copied.Release()
	return t.pane.answers.append(copied, groups, nil)
}
