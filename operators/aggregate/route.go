package aggregate

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/operators/keys"
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
	values := o.panes.windowValues(a)
	for len(rows) > 0 {
		k := windowKey{value: values[rows[0]], null: valid.Null(rows[0])}
		n := runLength(values, rows)
		if valid.Any() {
			n = nullableRunLength(values, valid, rows)
		}
		if k.null {
			k.value = 0
		}
		if err := o.routeRun(k, rows[:n]); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// runLength is how many of the first rows have one value.
func runLength(values []int64, rows []uint32) int {
	value := values[rows[0]]
	for i, r := range rows {
		if values[r] != value {
			return i
		}
	}
	return len(rows)
}

// nullableRunLength is runLength where values may be NULL: those are a run of their own, whatever value lies under NULL.
func nullableRunLength(values []int64, valid keys.Validity, rows []uint32) int {
	value, null := values[rows[0]], valid.Null(rows[0])
	for i, r := range rows {
		if valid.Null(r) != null || !null && values[r] != value {
			return i
		}
	}
	return len(rows)
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
