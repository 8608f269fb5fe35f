package relational

import (
	"fmt"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/operators/function"
)

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
	if err := c.emit(o, q, out); err != nil {
		return err
	}
	return o.remember(q, c, places)
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

// remember keeps what the answer is now.
func (o *Operator) remember(q *question, c *change, places [][]uint32) error {
	removed, from := c.removed, uint32(0)
	for i, t := range q.parts {
		for len(removed) > 0 && int(removed[0]-from) < len(places[i]) {
			t.pane.answers.drop(places[i][removed[0]-from])
			removed = removed[1:]
		}
		from += uint32(len(places[i]))
	}
	rows := make([][]uint32, len(q.parts)) // the new ones, by part
	parts := q.partsOfKeys()
	for _, r := range c.added {
		part := parts[c.keys[r]]
		rows[part] = append(rows[part], r)
	}
	for i, first := range q.firstKeys() {
		if err := o.rememberAdded(q.parts[i], c, rows[i], first); err != nil {
			return fmt.Errorf("relational: keep the answer: %w", err)
		}
	}
	return nil
}

// rememberAdded keeps new rows of the part's keys, whose numbers in the question start at first.
func (o *Operator) rememberAdded(t part, c *change, rows []uint32, first uint32) error {
	groups := make([]uint32, len(rows))
	for i, r := range rows {
		groups[i] = t.keys[c.keys[r]-first]
	}
	copied := function.Select(o.mem, c.rows, signed(rows))
	defer copied.Release()
	return t.pane.answers.append(copied, groups, nil)
}
