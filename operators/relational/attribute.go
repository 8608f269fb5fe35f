package relational

import (
	"errors"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/operators/keys"
)

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
	values := keys.Integers(key[o.window], &o.work.values)
	valid := keys.ValidityOf(key[o.window])
	for rows := o.work.iota; len(rows) > 0; {
		k, n := firstRun(values, &valid, rows)
		out[k] = append(out[k], rows[:n]...)
		rows = rows[n:]
	}
	return out
}

func (o *Operator) foreign() error {
	return errors.New("relational: " + o.config.Node.What + ": the answer has a row of a key that was not asked about")
}
