package aggregate

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/operators/aggregate/keys"
)

// route divides rows among the panes of their window keys, a run of equal keys at a time. Rows of closed windows are noted
// in o.late. Without a window all rows go to one pane.
func (o *Operator) route(batch arrow.RecordBatch, column int, rows []uint32) error {
	o.begun()
	if len(rows) == 0 {
		return nil
	}
	if column < 0 {
		return o.hit(windowKey{}, rows)
	}
	return o.routeRuns(batch.Column(column), rows)
}

func (o *Operator) routeRuns(a arrow.Array, rows []uint32) error {
	valid := keys.ValidityOf(a)
	o.panes.values = windowValues(a, o.panes.values)
	values := o.panes.values
	for i := 0; i < len(rows); {
		k := windowKey{value: values[rows[i]], null: valid.Null(rows[i])}
		j := i + 1
		for j < len(rows) && values[rows[j]] == k.value && valid.Null(rows[j]) == k.null {
			j++
		}
		if k.null {
			k.value = 0
		}
		if err := o.routeRun(k, rows[i:j]); err != nil {
			return err
		}
		i = j
	}
	return nil
}

// begun forgets the last batch.
func (o *Operator) begun() {
	for _, p := range o.panes.hit {
		p.rows = p.rows[:0]
	}
	o.panes.hit, o.late = o.panes.hit[:0], o.late[:0]
}

func (o *Operator) routeRun(k windowKey, run []uint32) error {
	if !o.bound.closed(k) {
		return o.hit(k, run)
	}
	from, to := int64(run[0]), int64(run[len(run)-1])+1
	if n := len(o.late); n > 0 && o.late[n-1].to == from {
		o.late[n-1].to = to
		return nil
	}
	o.late = append(o.late, span{from, to})
	return nil
}

func (o *Operator) hit(k windowKey, rows []uint32) error {
	p, err := o.panes.at(k, o.newPane)
	if err != nil {
		return err
	}
	if len(p.rows) == 0 {
		o.panes.hit = append(o.panes.hit, p)
	}
	p.rows = append(p.rows, rows...)
	return nil
}
